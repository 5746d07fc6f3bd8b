import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../api/metadata.ts';
import { canonicalText, compareJson, compareText, equalJson } from './json-order.ts';

describe('compareText', () => {
  it('orders by code point where UTF-16 units would not', () => {
    expect('\uffee' < '\u{1f600}').toBe(false);
    expect(compareText('\uffee', '\u{1f600}')).toBeLessThan(0);
    expect(compareText('a\u{1f600}', 'a\ue000')).toBeGreaterThan(0);
    expect(compareText('\u{1f600}', '\u{1f601}')).toBeLessThan(0);
    expect(compareText('ab', 'a')).toBeGreaterThan(0);
    expect(compareText('', '')).toBe(0);
  });

  it('agrees with the order of UTF-8 bytes', () => {
    const character = fc.constantFrom(
      'a',
      'ß',
      '\ud7ff',
      '\ue000',
      '\uffff',
      '\u{10000}',
      '\u{1f600}',
      '\u{10ffff}',
    );
    const text = fc.array(character, { maxLength: 4 }).map((characters) => characters.join(''));
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareText(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('equalJson', () => {
  it('compares type and structure and nothing else', () => {
    expect(equalJson(0, -0)).toBe(true);
    expect(equalJson(1, '1')).toBe(false);
    expect(equalJson(null, 0)).toBe(false);
    expect(equalJson([1, [2]], [1, [2]])).toBe(true);
    expect(equalJson([1, 2], [2, 1])).toBe(false);
    expect(equalJson([1], [1, 2])).toBe(false);
    expect(equalJson([], {})).toBe(false);
    expect(equalJson({ a: 1, b: [2] }, { b: [2], a: 1 })).toBe(true);
    expect(equalJson({ a: 1 }, { a: 1, b: 2 })).toBe(false);
    expect(equalJson({ a: 1 }, { b: 1 })).toBe(false);
  });

  it('does not mistake what every object inherits for a key', () => {
    expect(equalJson({ toString: 1 }, { valueOf: 1 })).toBe(false);
    expect(equalJson(JSON.parse('{"__proto__":{"a":1}}'), { a: 1 })).toBe(false);
    expect(equalJson(JSON.parse('{"__proto__":1}'), JSON.parse('{"__proto__":1}'))).toBe(true);
  });

  it('holds exactly where the canonical texts are the same', () => {
    const json = fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<JsonValue>;
    fc.assert(
      fc.property(json, json, (a, b) => {
        expect(equalJson(a, b)).toBe(canonicalText(a) === canonicalText(b));
        expect(equalJson(a, JSON.parse(canonicalText(a)))).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('compareJson', () => {
  it('orders by type, then by value, and puts what is missing last', () => {
    const ascending = [null, false, true, -1, 0, 2, 10, '', '10', '2', 'a', [1], { a: 1 }, undefined];
    expect(ascending.toReversed().sort(compareForSort)).toEqual(ascending);
  });

  it('is a total order', () => {
    const json = fc.jsonValue({ maxDepth: 1 }) as fc.Arbitrary<JsonValue>;
    fc.assert(
      fc.property(json, json, json, (a, b, c) => {
        expect(Math.sign(compareJson(a, b)) + Math.sign(compareJson(b, a))).toBe(0);
        expect(compareJson(a, b) === 0).toBe(equalJson(a, b));
        if (compareJson(a, b) <= 0 && compareJson(b, c) <= 0)
          expect(compareJson(a, c)).toBeLessThanOrEqual(0);
      }),
      { numRuns: 2_000 },
    );
  });
});

/** `sort` never hands undefined to its comparison, so the test sorts by hand. */
function compareForSort(a: JsonValue | undefined, b: JsonValue | undefined): number {
  return compareJson(a, b);
}
