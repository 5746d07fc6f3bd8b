import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../api/metadata.ts';
import { matches } from './matches.ts';
import { parseFilter } from './parse.ts';

const book: JsonObject = {
  title: 'Momo \u{1f600}',
  year: 1973,
  zero: 0,
  sold: false,
  note: null,
  tags: ['time', 5, ['nested'], { a: 1, b: 2 }],
  author: { name: 'Ende', country: { code: 'DE' } },
};

/** One line of the documentation a case: the filter, and whether the book satisfies it. */
const CASES: readonly (readonly [filter: object, holds: boolean])[] = [
  [{}, true],
  [{ year: 1973 }, true],
  [{ year: '1973' }, false],
  [{ zero: -0 }, true],
  [{ sold: false }, true],
  [{ sold: 0 }, false],
  [{ 'author.name': 'Ende', year: 1973 }, true],
  [{ 'author.name': 'Ende', year: 1974 }, false],
  [{ author: { country: { code: 'DE' }, name: 'Ende' } }, true],
  [{ author: { name: 'Ende' } }, false],

  [{ note: null }, true],
  [{ missing: null }, false],
  [{ missing: { $ne: null } }, true],
  [{ note: { $exists: true } }, true],
  [{ missing: { $exists: true } }, false],
  [{ missing: { $exists: false } }, true],
  [{ missing: { $ne: 5 } }, true],
  [{ missing: { $nin: [5] } }, true],
  [{ missing: { $gt: 0 } }, false],
  [{ missing: { $lt: 0 } }, false],
  [{ missing: { $contains: 'a' } }, false],
  [{ $not: { missing: { $gt: 0 } } }, true],

  [{ year: { $gt: 1973 } }, false],
  [{ year: { $gte: 1973 } }, true],
  [{ year: { $lt: 1973 } }, false],
  [{ year: { $lte: 1973 } }, true],
  [{ year: { $gt: 1972.9, $lt: 1973.1 } }, true],
  [{ year: { $gt: 1900, $gte: 1974 } }, false],
  [{ year: { $gte: 1974, $gt: 1900 } }, false],
  [{ year: { $gt: 1900, $lt: 'a' } }, false],
  [{ year: { $gt: 'a' } }, false],
  [{ year: { $lt: 'a' } }, false],
  [{ title: { $gt: 0 } }, false],
  [{ title: { $gt: 'Momo \uffee' } }, true],
  [{ sold: { $lt: 1 } }, false],
  [{ note: { $lte: 0 } }, false],
  [{ tags: { $gte: 'a' } }, false],

  [{ year: { $in: [1, 1973] } }, true],
  [{ year: { $in: [] } }, false],
  [{ year: { $nin: [] } }, true],
  [{ year: { $nin: [1973] } }, false],
  [{ note: { $in: [null] } }, true],
  [{ missing: { $in: [null] } }, false],

  [{ tags: { $contains: 'time' } }, true],
  [{ tags: { $contains: 'tim' } }, false],
  [{ tags: { $contains: 5 } }, true],
  [{ tags: { $contains: '5' } }, false],
  [{ tags: { $contains: ['nested'] } }, true],
  [{ tags: { $contains: 'nested' } }, false],
  [{ tags: { $contains: { b: 2, a: 1 } } }, true],
  [{ tags: 'time' }, false],
  [{ tags: { $in: ['time'] } }, false],
  [{ tags: ['time', 5, ['nested'], { b: 2, a: 1 }] }, true],
  [{ title: { $contains: 'omo' } }, true],
  [{ title: { $contains: '' } }, true],
  [{ title: { $contains: 'OMO' } }, false],
  [{ year: { $contains: 1973 } }, false],
  [{ author: { $contains: 'name' } }, false],

  [{ $and: [{ year: 1973 }, { sold: false }] }, true],
  [{ $and: [{ year: 1973 }, { sold: true }] }, false],
  [{ $or: [{ year: 1 }, { sold: false }] }, true],
  [{ $or: [{ year: 1 }, { sold: true }] }, false],
  [{ $or: [{ year: 1 }, { sold: false }], year: 5 }, false],
  [{ $not: {} }, false],
  [{ $not: { year: 1973, sold: true } }, true],
];

describe('matches', () => {
  it.each(CASES)('%j is %s', (filter, holds) => {
    expect(matches(parseFilter('search', filter), book)).toBe(holds);
  });
});
