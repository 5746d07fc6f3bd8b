import type { JsonValue } from '../api/metadata.ts';

/**
 * A validated filter: what `$eq`, `$ne`, `$nin` and the other spellings mean, reduced to seven kinds.
 *
 * `{ year: 1997 }` and `{ year: { $eq: 1997 } }` are both `in` with one value, `$ne` and `$nin` are `not`
 * around `in`, `$exists: false` is `not` around `exists`; so a missing field satisfies `$ne` by itself.
 */
export type Predicate = And | Or | Not | In | Range | Exists | Contains;

/** All parts hold; true where there are none, as in the filter `{}`. */
export interface And {
  readonly kind: 'and';
  readonly parts: readonly Predicate[];
}

/** At least one part holds. */
export interface Or {
  readonly kind: 'or';
  readonly parts: readonly Predicate[];
}

export interface Not {
  readonly kind: 'not';
  readonly part: Predicate;
}

/** The field equals one of the values, in type and structure. */
export interface In {
  readonly kind: 'in';
  readonly path: string;
  readonly values: readonly JsonValue[];
}

/** The field is of the bounds' type and lies between them. At least one bound; two are of one type. */
export interface Range {
  readonly kind: 'range';
  readonly path: string;
  readonly lower?: Bound;
  readonly upper?: Bound;
}

export interface Bound {
  readonly value: number | string;
  readonly inclusive: boolean;
}

export interface Exists {
  readonly kind: 'exists';
  readonly path: string;
}

/** The field is an array with an element that equals the operand, or a string that has it as a part. */
export interface Contains {
  readonly kind: 'contains';
  readonly path: string;
  readonly operand: JsonValue;
}

/** The dotted paths that a predicate reads, each once. */
export function pathsOf(predicate: Predicate): string[] {
  const paths = new Set<string>();
  collectPaths(predicate, paths);
  return [...paths];
}

function collectPaths(predicate: Predicate, paths: Set<string>): void {
  switch (predicate.kind) {
    case 'and':
    case 'or':
      for (const part of predicate.parts) collectPaths(part, paths);
      return;
    case 'not':
      collectPaths(predicate.part, paths);
      return;
    default:
      paths.add(predicate.path);
  }
}
