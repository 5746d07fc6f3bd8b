import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { filter, metadata } from '../../../test/property/filter-arbitraries.ts';
import type { JsonObject } from '../../api/metadata.ts';
import { matches } from '../../filter/matches.ts';
import { parseFilter } from '../../filter/parse.ts';
import { isWhole, whereOf } from './filter-where.ts';
import { flatMetadata } from './flat-metadata.ts';

type Condition = Readonly<Record<string, unknown>>;

/** What Chroma makes of a condition: each kind of value is compared with its own kind, and what is missing is not equal. */
function passes(where: Condition, record: ReadonlyMap<string, unknown>): boolean {
  const [[key = '', operand] = []] = Object.entries(where);
  if (key === '$and') return (operand as Condition[]).every((part) => passes(part, record));
  if (key === '$or') return (operand as Condition[]).some((part) => passes(part, record));
  const [[operator = '', value] = []] = Object.entries(operand as Condition);
  const own = record.get(key);
  switch (operator) {
    case '$eq':
      return isSame(own, value);
    case '$ne':
      return !isSame(own, value);
    case '$in':
      return (value as unknown[]).some((one) => isSame(own, one));
    case '$nin':
      return !(value as unknown[]).some((one) => isSame(own, one));
    default: {
      if (typeof own !== 'number' || isWhole(own) !== isWhole(value as number)) return false;
      const difference = Math.sign(own - (value as number));
      return { $gt: difference > 0, $gte: difference >= 0, $lt: difference < 0, $lte: difference <= 0 }[
        operator
      ] as boolean;
    }
  }
}

function isSame(own: unknown, value: unknown): boolean {
  return typeof own === typeof value && own === value;
}

const number = fc.oneof(
  fc.constantFrom(0, 1, -1, 0.5, 2 ** 52, 2 ** 53, 2 ** 63, -(2 ** 63), 1e308, -1e308, 5e-324),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
);

describe('conditions of Chroma', () => {
  it('let pass whatever matches, whatever the filter', () => {
    fc.assert(
      fc.property(filter, metadata, (asked, given) => {
        const stored = JSON.parse(JSON.stringify(given)) as JsonObject;
        const predicate = parseFilter('list', asked);
        fc.pre(matches(predicate, stored));
        const where = whereOf(predicate);
        expect(where === undefined || passes(where, flatMetadata(stored))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('let pass every number of a range, and nothing far from it', () => {
    fc.assert(
      fc.property(number, number, number, fc.boolean(), (a, b, value, inclusive) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        const bounds = inclusive ? { $gte: low, $lte: high } : { $gt: low, $lt: high };
        const predicate = parseFilter('list', { n: bounds });
        const where = whereOf(predicate) ?? {};
        const record = flatMetadata({ n: value });
        if (matches(predicate, { n: value })) expect(passes(where, record)).toBe(true);
        const far = Math.max(1, Math.abs(low), Math.abs(high)) * 1e-6;
        if (value < low - far - 1 || value > high + far + 1) expect(passes(where, record)).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    [{ year: 1997 }, { year: { $eq: 1997 } }],
    [{ year: { $ne: 1997 } }, { year: { $ne: 1997 } }],
    [{ name: { $in: ['a', 'b'] } }, { name: { $in: ['a', 'b'] } }],
    [{ year: { $in: [1, 'a'] } }, { $or: [{ year: { $eq: 1 } }, { year: { $eq: 'a' } }] }],
    [{ isNew: true, name: 'x' }, { $and: [{ isNew: { $eq: true } }, { name: { $eq: 'x' } }] }],
    [{ $not: { $or: [{ a: 1 }, { b: 2 }] } }, { $and: [{ a: { $ne: 1 } }, { b: { $ne: 2 } }] }],
    [{ 'author.name': 'x' }, { 'author.name': { $eq: 'x' } }],
    [{ a: { $in: [] } }, { 'vecino:seq': { $lt: 0 } }],
  ])('say what Chroma can say: %j', (asked, expected) => {
    expect(whereOf(parseFilter('list', asked as never))).toEqual(expected);
  });

  it.each([
    {},
    { a: null },
    { a: ['x'] },
    { a: { $exists: true } },
    { a: { $contains: 'x' } },
    { a: { $gt: 'x' } },
    { a: { $not: { $gt: 1 } } },
    { $or: [{ a: 1 }, { a: null }] },
    { '#document': 'x' },
    { 'vecino:seq': 1 },
    { 'chroma:document': 'x' },
    { "a'; DROP TABLE": 1 },
    JSON.parse('{ "__proto__": "x" }') as object,
    { a: 'x'.repeat(1_001) },
  ])('leave the rest to us: %j', (asked) => {
    const parsed = (() => {
      try {
        return parseFilter('list', asked as never);
      } catch {
        return undefined;
      }
    })();
    if (parsed) expect(whereOf(parsed)).toBeUndefined();
  });
});
