import type { JsonObject, JsonValue } from '../api/metadata.ts';

export type PathReader = (metadata: JsonObject) => JsonValue | undefined;

/**
 * What a dotted path means: a function that answers the value there, or undefined where there is none.
 *
 * A path steps through objects and never into arrays or strings, so `tags.0` and `title.length` find
 * nothing. Where the nested value is missing, a top-level key that is spelt exactly like the path is
 * taken: a CSV column named `author.name` can be filtered like the nested field. Only own properties
 * count; `constructor` finds nothing unless the metadata really has such a key.
 */
export function readPath(path: string): PathReader {
  if (!path.includes('.')) return (metadata) => own(metadata, path);
  const steps = path.split('.');
  return (metadata) => {
    let value: JsonValue | undefined = metadata;
    for (const step of steps) value = isObject(value) ? own(value, step) : undefined;
    return value === undefined ? own(metadata, path) : value;
  };
}

function own(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
