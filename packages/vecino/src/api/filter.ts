import type { AnyMetadata, JsonValue, Metadata } from './metadata.ts';

/** What `$gt` and its kin compare: numbers with numbers, and strings with strings by code point. */
type Ordered<V> = V extends number ? number : V extends string ? string : never;

/** An element where the field is an array, a part where it is a string; nothing contains anything else. */
type ContainedIn<V> = V extends string ? string : V extends readonly (infer Element)[] ? Element : never;

/**
 * The conditions on one field; several of them must all hold.
 *
 * Values equal each other in type and structure: `1` is not `'1'`, arrays equal element by element, the
 * order of an object's keys does not matter, and -0 equals 0. A field that holds an array satisfies `$eq`
 * and `$in` only as a whole, and `$contains` where one of its elements equals the operand.
 *
 * A missing field satisfies `$ne`, `$nin` and `$exists: false`, and nothing else. A field that is null is
 * there: it satisfies `$eq: null` and `$exists: true`, which a missing one does not.
 *
 * @example
 * ```ts
 * const nineties: Condition<number> = { $gte: 1990, $lt: 2000 };
 * const untranslated: Condition<string[]> = { $exists: false };
 * ```
 */
export interface Condition<V = JsonValue> {
  /** Equal, of the same type. */
  readonly $eq?: V;
  /** Not equal, or missing. */
  readonly $ne?: V;
  /** Greater, of the same type; false where the types differ. */
  readonly $gt?: Ordered<V>;
  /** Greater or equal, of the same type. */
  readonly $gte?: Ordered<V>;
  /** Less, of the same type. */
  readonly $lt?: Ordered<V>;
  /** Less or equal, of the same type. */
  readonly $lte?: Ordered<V>;
  /** Equal to one of these; false where there are none. */
  readonly $in?: readonly V[];
  /** Equal to none of these, or missing. */
  readonly $nin?: readonly V[];
  /** Whether the field is there; null is. */
  readonly $exists?: boolean;
  /** An array that has this element, or a string that has this part (upper and lower case differ). */
  readonly $contains?: ContainedIn<V>;
}

type Level = readonly [never, 0, 1, 2, 3];

/** What a path may step into: the object among a field's types. Arrays are not stepped into. */
type Inner<V> = V extends readonly unknown[] ? never : V extends object ? V : never;

/**
 * The paths into nested metadata, joined with dots, down to four levels: `author.name`.
 *
 * Paths step through objects and not into arrays. Where the nested value is missing, a top-level key that
 * is spelt exactly like the path is read. A key that starts with `$`, is empty or ends with a dot cannot be
 * reached by a filter.
 */
export type PathOf<M, Depth extends 0 | 1 | 2 | 3 | 4 = 4> = Depth extends 0
  ? never
  : string extends keyof M
    ? string
    : {
        [K in keyof M & string]:
          | K
          | ([Inner<M[K]>] extends [never] ? never : `${K}.${PathOf<Inner<M[K]>, Level[Depth]>}`);
      }[keyof M & string];

/** The type of the value at a dotted path; null only where the field itself may be null. */
export type ValueAt<M, P extends string> = P extends keyof M
  ? Exclude<M[P], undefined>
  : P extends `${infer Head}.${infer Rest}`
    ? Head extends keyof M
      ? ValueAt<Inner<M[Head]>, Rest>
      : never
    : never;

type FieldFilter<M extends Metadata> = string extends keyof M
  ? { readonly [path: string]: Condition | JsonValue | readonly Filter<M>[] | Filter<M> }
  : { readonly [P in PathOf<M>]?: Condition<ValueAt<M, P>> | ValueAt<M, P> };

/**
 * A predicate over metadata.
 *
 * `{ year: { $gte: 1990, $lt: 2000 }, 'author.name': 'Rowling' }`: fields by (dotted) path, each with a
 * condition or a plain value that stands for `$eq`; all of them must hold. `$and`, `$or` and `$not` combine
 * filters. The empty filter `{}` lets everything pass.
 *
 * Refused with `FILTER_OPERATOR_UNKNOWN` (and the near miss) or `FILTER_INVALID`: unknown operators, operands
 * of the wrong type, `undefined` anywhere (leave the key out instead: a condition that silently vanished
 * would let everything pass), an empty `$and` or `$or`, and nesting beyond 32 levels.
 *
 * @example
 * ```ts
 * const filter: Filter<{ year: number; tags: string[] }> = {
 *   year: { $lt: 2000 },
 *   $or: [{ tags: { $contains: 'magic' } }, { tags: { $contains: 'school' } }],
 * };
 * ```
 */
export type Filter<M extends Metadata = AnyMetadata> = FieldFilter<M> & {
  readonly $and?: readonly Filter<M>[];
  readonly $or?: readonly Filter<M>[];
  readonly $not?: Filter<M>;
};
