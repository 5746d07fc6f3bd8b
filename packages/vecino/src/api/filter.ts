import type { AnyMetadata, JsonValue, Metadata } from './metadata.ts';

type Scalar = string | number | boolean | null;

/** What `$gt` and its kin compare: numbers with numbers, strings with strings (by code point). */
type Ordered<V> = Extract<V, number | string>;

/** The element type where the field is an array, the field's own type elsewhere. */
type ElementOf<V> = V extends readonly (infer E)[] ? E : V;

/**
 * The conditions on one field; several of them must all hold.
 *
 * A field that holds an array satisfies `$eq` and `$in` only as a whole, and `$contains` where one of its
 * elements equals the operand. A missing field satisfies `$ne`, `$nin` and `$exists: false`, and nothing
 * else. `$contains` on a string is true where the operand is part of it.
 */
export interface Condition<V = JsonValue> {
  /** Equal, of the same type. */
  readonly $eq?: V;
  /** Not equal, or missing. */
  readonly $ne?: V;
  readonly $gt?: Ordered<V>;
  readonly $gte?: Ordered<V>;
  readonly $lt?: Ordered<V>;
  readonly $lte?: Ordered<V>;
  /** Equal to one of these. */
  readonly $in?: readonly V[];
  /** Equal to none of these, or missing. */
  readonly $nin?: readonly V[];
  /** Whether the field is there (null counts as there). */
  readonly $exists?: boolean;
  /** An array that has this element, or a string that has this part. */
  readonly $contains?: V extends string ? string : ElementOf<V>;
}

type Level = readonly [never, 0, 1, 2, 3];

/** The paths into nested metadata, joined with dots, down to four levels: `author.name`. */
export type PathOf<M, Depth extends 0 | 1 | 2 | 3 | 4 = 4> = Depth extends 0
  ? never
  : {
      [K in keyof M & string]: NonNullable<M[K]> extends Scalar | readonly unknown[]
        ? K
        : NonNullable<M[K]> extends object
          ? K | `${K}.${PathOf<NonNullable<M[K]>, Level[Depth]>}`
          : K;
    }[keyof M & string];

/** The type of the value at a dotted path. */
export type ValueAt<M, P extends string> = P extends keyof M
  ? NonNullable<M[P]> | Extract<M[P], null>
  : P extends `${infer Head}.${infer Rest}`
    ? Head extends keyof M
      ? ValueAt<NonNullable<M[Head]>, Rest>
      : never
    : never;

type FieldFilter<M extends Metadata> = string extends keyof M
  ? { readonly [path: string]: Condition | JsonValue | readonly Filter<M>[] | Filter<M> | undefined }
  : { readonly [P in PathOf<M>]?: Condition<ValueAt<M, P>> | ValueAt<M, P> };

/**
 * A predicate over metadata.
 *
 * `{ year: { $gte: 1990, $lt: 2000 }, 'author.name': 'Rowling' }`: fields by (dotted) path, each with a
 * condition or a plain value that stands for `$eq`; all of them must hold. `$and`, `$or` and `$not` combine
 * filters.
 */
export type Filter<M extends Metadata = AnyMetadata> = FieldFilter<M> & {
  readonly $and?: readonly Filter<M>[];
  readonly $or?: readonly Filter<M>[];
  readonly $not?: Filter<M>;
};
