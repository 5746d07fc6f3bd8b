import type { JsonObject, JsonValue } from '../api/metadata.ts';

/**
 * Compares strings by code point, as SQL engines compare UTF-8, and not by UTF-16 unit as `<` does: the
 * two differ where a character beyond U+FFFF meets one from U+E000 to U+FFFF.
 */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const unitOfA = a.charCodeAt(i);
    const unitOfB = b.charCodeAt(i);
    if (unitOfA !== unitOfB) return codePointRank(unitOfA) - codePointRank(unitOfB);
  }
  return a.length - b.length;
}

/** Moves the surrogates above all other units; the order of the first differing units is then that of the code points. */
function codePointRank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/** Equality in type and structure; the order of an object's keys does not matter, and -0 equals 0. */
export function equalJson(a: JsonValue, b: JsonValue): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && equalArrays(a, b);
  }
  return equalObjects(a as JsonObject, b as JsonObject);
}

function equalArrays(a: readonly JsonValue[], b: readonly JsonValue[]): boolean {
  return a.length === b.length && a.every((element, i) => equalJson(element, b[i] as JsonValue));
}

function equalObjects(a: JsonObject, b: JsonObject): boolean {
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && equalJson(a[key] as JsonValue, b[key] as JsonValue))
  );
}

/** JSON text with sorted keys: two values have the same one exactly when {@link equalJson} holds. */
export function canonicalText(value: JsonValue): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalText).join()}]`;
  const object = value as JsonObject;
  const members = Object.keys(object)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalText(object[key] as JsonValue)}`);
  return `{${members.join()}}`;
}

/**
 * A total order of all JSON values, for listing records by a metadata path: null, booleans, numbers,
 * strings by code point, arrays and objects by their canonical text, and what is missing comes last.
 */
export function compareJson(a: JsonValue | undefined, b: JsonValue | undefined): number {
  const rank = typeRank(a) - typeRank(b);
  if (rank !== 0) return rank;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  if (typeof a === 'object' && typeof b === 'object') return compareText(canonicalText(a), canonicalText(b));
  return 0;
}

function typeRank(value: JsonValue | undefined): number {
  switch (typeof value) {
    case 'boolean':
      return 1;
    case 'number':
      return 2;
    case 'string':
      return 3;
    case 'object':
      return value === null ? 0 : 4;
    default:
      return 5;
  }
}
