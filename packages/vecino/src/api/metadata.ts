/** Whatever JSON can hold. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/**
 * A record's filterable JSON. Declare the shape of a collection's metadata as an object type, and
 * filters on it are checked by the compiler: `db.collection<{ year: number }>('books')`.
 */
export type Metadata = object;

/** The metadata of a collection whose shape was not declared. */
export type AnyMetadata = Record<string, JsonValue>;
