import { LIMITS } from '../api/limits.ts';
import { describeValue } from '../base/options.ts';

/** What keeps a value from being JSON, and where it is. */
export interface JsonFlaw {
  /** Keys and positions that lead from the value to the flaw. */
  readonly path: (string | number)[];
  /** The rest of a sentence whose subject is the place: `is the number NaN, expected …`. */
  readonly problem: string;
}

/**
 * The first part of a value that JSON cannot hold, or that other engines could not store: undefined,
 * functions, symbols, bigints, numbers that are not finite, instances of classes (dates, maps, typed
 * arrays), holes, cycles, halves of surrogate pairs, and nesting beyond {@link LIMITS.metadataDepthMax}.
 * `JSON.stringify` drops, rewrites or throws at these; here each is refused with its place.
 */
export function findJsonFlaw(value: unknown, ancestors: object[] = []): JsonFlaw | undefined {
  switch (typeof value) {
    case 'boolean':
      return undefined;
    case 'string':
      return value.isWellFormed() ? undefined : flaw('holds half of a surrogate pair; mend the text');
    case 'number':
      return Number.isFinite(value)
        ? undefined
        : unexpected(value, 'a finite number', 'use null or leave it out');
    case 'object':
      return value === null ? undefined : findFlawInside(value, ancestors);
    case 'undefined':
      return unexpected(value, 'a JSON value', 'leave the key out or use null');
    case 'bigint':
      return unexpected(value, 'a JSON value', 'store it as a number or a string');
    default:
      return unexpected(value, 'a JSON value', 'leave the key out');
  }
}

/** Whether a value is an object of keys, from whatever realm, rather than an array or a class instance. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** `metadata.tags[3]["my key"]`: the path as one would write it in a program. */
export function showPath(root: string, path: readonly (string | number)[]): string {
  return path.reduce<string>((shown, step) => {
    if (typeof step === 'number') return `${shown}[${step}]`;
    return /^[\w$]+$/.test(step) ? `${shown}.${step}` : `${shown}[${JSON.stringify(step)}]`;
  }, root);
}

function findFlawInside(value: object, ancestors: object[]): JsonFlaw | undefined {
  if (ancestors.includes(value)) return flaw('contains itself; JSON cannot hold a cycle');
  if (ancestors.length === LIMITS.metadataDepthMax) {
    return flaw(`is nested deeper than ${LIMITS.metadataDepthMax} levels; flatten it`);
  }
  ancestors.push(value);
  const found = Array.isArray(value) ? findFlawInArray(value, ancestors) : findFlawInObject(value, ancestors);
  ancestors.pop();
  return found;
}

function findFlawInArray(array: readonly unknown[], ancestors: object[]): JsonFlaw | undefined {
  for (let i = 0; i < array.length; i++) {
    const found = findJsonFlaw(array[i], ancestors);
    if (found) return { ...found, path: [i, ...found.path] };
  }
  return undefined;
}

function findFlawInObject(object: object, ancestors: object[]): JsonFlaw | undefined {
  if (!isPlainObject(object)) return unexpected(object, 'a JSON value', remedyFor(object));
  if (Object.getOwnPropertySymbols(object).length > 0) return flaw('has a symbol as a key; use a string');
  for (const key of Object.keys(object)) {
    if (!key.isWellFormed()) return flaw('has a key that holds half of a surrogate pair; mend the text');
    const found = findJsonFlaw(object[key], ancestors);
    if (found) return { ...found, path: [key, ...found.path] };
  }
  return undefined;
}

function remedyFor(instance: object): string {
  if (instance instanceof Date) return 'store its toISOString() or its getTime()';
  if (ArrayBuffer.isView(instance) || instance instanceof Set) return 'store it as an array';
  if (instance instanceof Map) return 'store Object.fromEntries of it';
  return 'store a plain object';
}

function unexpected(value: unknown, expected: string, remedy: string): JsonFlaw {
  return flaw(`is ${describeValue(value)}, expected ${expected}; ${remedy}`);
}

function flaw(problem: string): JsonFlaw {
  return { path: [], problem };
}
