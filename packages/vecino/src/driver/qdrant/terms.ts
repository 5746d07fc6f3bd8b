import { createHash } from 'node:crypto';
import type { JsonObject, JsonValue } from '../../api/metadata.ts';
import { canonicalText } from '../../filter/json-order.ts';

/*
 * What filters look at. Qdrant's own conditions on JSON take an array for any of its elements, know no equality of
 * fractions, arrays and objects, and make no difference between null, an empty array and nothing; filters of ours do.
 * So each record says in keywords, its terms, what is true of its metadata:
 *
 *   ?"year"          there is something at the path
 *   ="year"1997      it is this value, by type and structure
 *   @"tags""magic"   it is an array with this element
 *
 * All of them lie in one indexed field of the payload, so that every path of metadata is indexed without being
 * declared. Numbers lie beside them under their path, for ranges.
 */

/** Longer terms are told by their hash, so that the index has no long texts. */
const TERM_LENGTH_MAX = 64;

export const exists = (path: string): string => shortened(`?${JSON.stringify(path)}`);

export const equals = (path: string, value: JsonValue): string =>
  shortened(`=${JSON.stringify(path)}${canonicalText(value)}`);

export const hasElement = (path: string, element: JsonValue): string =>
  shortened(`@${JSON.stringify(path)}${canonicalText(element)}`);

/** What the payload says of metadata. */
export interface Told {
  readonly terms: string[];
  /** By the key of their path. */
  readonly numbers: Readonly<Record<string, number>>;
}

export function tell(metadata: JsonObject): Told {
  const terms = new Set<string>();
  const numbers = new Map<string, number>();
  for (const [path, value] of valuesByPath(metadata)) {
    terms.add(exists(path)).add(equals(path, value));
    if (Array.isArray(value)) for (const element of value) terms.add(hasElement(path, element));
    if (typeof value === 'number') numbers.set(keyOf(path), value);
  }
  // From entries, because a key may be `__proto__`.
  return { terms: [...terms], numbers: Object.fromEntries(numbers) };
}

/**
 * A path as a key of the payload, of which Qdrant takes letters, digits, `_` and `-` as they are: whatever else it
 * consists of, and `-` too, is its code point between two of `-`.
 */
export function keyOf(path: string): string {
  return path.replace(/[^A-Za-z0-9_]/gu, (sign) => `-${sign.codePointAt(0)?.toString(16)}-`);
}

/**
 * The values that paths lead to (`filter/path.ts`): steps go through objects only, so that a key with a dot is reached
 * at the top alone, and only where nothing is nested at the same path.
 */
function valuesByPath(metadata: JsonObject): Map<string, JsonValue> {
  const values = new Map<string, JsonValue>();
  collect(metadata, '', values);
  for (const [key, value] of Object.entries(metadata)) {
    if (key.includes('.') && !values.has(key)) values.set(key, value);
  }
  return values;
}

function collect(object: JsonObject, prefix: string, values: Map<string, JsonValue>): void {
  for (const [key, value] of Object.entries(object)) {
    if (key.includes('.')) continue;
    values.set(`${prefix}${key}`, value);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      collect(value as JsonObject, `${prefix}${key}.`, values);
    }
  }
}

function shortened(term: string): string {
  if (term.length <= TERM_LENGTH_MAX) return term;
  return `#${createHash('sha256').update(term).digest('base64url')}`;
}
