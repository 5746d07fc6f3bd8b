import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { LIMITS } from '../api/limits.ts';
import type { JsonObject } from '../api/metadata.ts';
import { VecinoError } from '../base/errors.ts';
import { encodeMetadata, mergeMetadata } from './metadata.ts';

const THING = 'add to collection "docs": record 3';

function refusal(metadata: unknown): VecinoError {
  try {
    encodeMetadata(THING, metadata);
  } catch (error) {
    if (error instanceof VecinoError) return error;
    throw error;
  }
  throw new Error('the metadata were accepted');
}

function nested(levels: number): object {
  let value: object = {};
  for (let i = 1; i < levels; i++) value = i % 2 === 0 ? { inner: value } : { list: [value], i };
  return value;
}

function deep(levels: number): object {
  let value: object = {};
  for (let i = 1; i < levels; i++) value = { a: value };
  return value;
}

function cyclic(): object {
  const tags: unknown[] = [];
  const metadata = { tags };
  tags.push(metadata);
  return metadata;
}

describe('encodeMetadata', () => {
  it('answers JSON text', () => {
    const metadata = { year: 1997, note: null, tags: ['a', { b: [true] }], text: '"\u{1f600}\u0000' };
    expect(JSON.parse(encodeMetadata(THING, metadata))).toEqual(metadata);
    expect(encodeMetadata(THING, undefined)).toBe('{}');
    expect(encodeMetadata(THING, { zero: -0 })).toBe('{"zero":0}');
  });

  it('takes plain objects of any origin, and the same one twice', () => {
    const shared = { a: 1 };
    expect(encodeMetadata(THING, { x: shared, y: shared })).toBe('{"x":{"a":1},"y":{"a":1}}');
    expect(encodeMetadata(THING, Object.assign(Object.create(null), { a: 1 }))).toBe('{"a":1}');
    expect(encodeMetadata(THING, runInNewContext('({ a: [1] })'))).toBe('{"a":[1]}');
  });

  it('takes a key named __proto__ like any other', () => {
    const text = '{"__proto__":{"polluted":true},"constructor":1}';
    expect(encodeMetadata(THING, JSON.parse(text))).toBe(text);
    expect('polluted' in {}).toBe(false);
  });

  it.each([
    [null, 'metadata are null, expected a plain object'],
    [[1], 'metadata are an array of 1, expected a plain object'],
    ['text', 'metadata are a string, expected a plain object'],
    [new Date(0), 'metadata are an object (Date), expected a plain object'],
    [{ a: undefined }, 'metadata.a is undefined, expected a JSON value; leave the key out or use null'],
    [{ a: { 'b c': [1, () => 1] } }, 'metadata.a["b c"][1] is a function, expected a JSON value'],
    [{ a: Symbol('s') }, 'metadata.a is a symbol'],
    [{ [Symbol('s')]: 1 }, 'metadata has a symbol as a key'],
    [{ a: 1n }, 'metadata.a is the bigint 1, expected a JSON value; store it as a number or a string'],
    [{ a: Number.NaN }, 'metadata.a is the number NaN, expected a finite number'],
    [{ a: [Number.NEGATIVE_INFINITY] }, 'metadata.a[0] is the number -Infinity, expected a finite number'],
    [
      { a: new Date(0) },
      'metadata.a is an object (Date), expected a JSON value; store its toISOString() or its getTime()',
    ],
    [
      { a: new Map() },
      'metadata.a is an object (Map), expected a JSON value; store Object.fromEntries of it',
    ],
    [{ a: new Set() }, 'store it as an array'],
    [{ a: new Float32Array(2) }, 'metadata.a is a Float32Array, expected a JSON value; store it as an array'],
    [
      { a: new (class Point {})() },
      'metadata.a is an object (Point), expected a JSON value; store a plain object',
    ],
    [{ a: new String('boxed') }, 'metadata.a is an object (String)'],
    // biome-ignore lint/suspicious/noSparseArray: the hole is what is tested
    [{ a: [1, , 3] }, 'metadata.a[1] is undefined'],
    [{ a: { toJSON: () => 1 } }, 'metadata.a.toJSON is a function'],
    [{ a: 'x\udc00' }, 'metadata.a holds half of a surrogate pair'],
    [{ '\ud800': 1 }, 'metadata has a key that holds half of a surrogate pair'],
    [cyclic(), 'metadata.tags[0] contains itself; JSON cannot hold a cycle'],
    [deep(LIMITS.metadataDepthMax + 1), 'is nested deeper than 32 levels; flatten it'],
  ])('refuses %o', (metadata, problem) => {
    const error = refusal(metadata);
    expect(error.code).toBe('METADATA_INVALID');
    expect(error.message.startsWith(`${THING}: metadata`)).toBe(true);
    expect(error.message).toContain(problem);
  });

  it('takes what is as deep and as large as may be', () => {
    expect(JSON.parse(encodeMetadata(THING, deep(LIMITS.metadataDepthMax)))).toEqual(
      deep(LIMITS.metadataDepthMax),
    );
    expect(JSON.parse(encodeMetadata(THING, nested(20)))).toEqual(nested(20));
    const overhead = '{"a":""}'.length;
    const largest = { a: 'ß'.repeat((LIMITS.metadataBytesMax - overhead) / 2) };
    expect(Buffer.byteLength(encodeMetadata(THING, largest))).toBe(LIMITS.metadataBytesMax);
    const error = refusal({ a: `${largest.a}x` });
    expect(error.code).toBe('METADATA_TOO_LARGE');
    expect(error.details).toEqual({
      expected: LIMITS.metadataBytesMax,
      received: LIMITS.metadataBytesMax + 1,
    });
  });
});

describe('mergeMetadata', () => {
  it('replaces top-level keys, removes by undefined and keeps the others', () => {
    const old: JsonObject = { a: 1, b: { c: 1, d: 2 }, e: 3 };
    expect(mergeMetadata(old, { b: { c: 5 }, e: undefined, f: null, g: undefined })).toEqual({
      a: 1,
      b: { c: 5 },
      f: null,
    });
    expect(old).toEqual({ a: 1, b: { c: 1, d: 2 }, e: 3 });
    expect(Object.keys(mergeMetadata(old, { e: undefined }))).toEqual(['a', 'b']);
  });

  it('is not fooled by a key named __proto__', () => {
    const merged = mergeMetadata(
      JSON.parse('{"__proto__":1}'),
      JSON.parse('{"__proto__":{"polluted":true}}'),
    );
    expect(JSON.stringify(merged)).toBe('{"__proto__":{"polluted":true}}');
    expect(Object.getPrototypeOf(merged)).toBe(Object.prototype);
  });

  it('refuses a change that is no plain object', () => {
    expect(() => mergeMetadata({}, [1], 'update in collection "docs"')).toThrow(
      'update in collection "docs": metadata are an array of 1, expected a plain object of JSON values',
    );
  });
});
