import { describe, expect, it } from 'vitest';
import { parseFilter } from '../../filter/parse.ts';
import { translate } from './filter.ts';
import { equals, exists, hasElement } from './terms.ts';

const translated = (filter: object) => translate(parseFilter('test', filter));
const says = (term: string) => ({ key: 'terms', match: { value: term } });

describe('a filter in the language of Qdrant', () => {
  it('is one condition where Qdrant can say it', () => {
    const year = says(equals('year', 1997));
    const both = { must: [year, { key: 'numbers.rating', range: { gt: 3, lte: 5 } }] };
    const cases: readonly (readonly [object, unknown])[] = [
      [{ year: 1997 }, year],
      [
        { year: { $in: [1, 2, 1] } },
        { key: 'terms', match: { any: [equals('year', 1), equals('year', 2)] } },
      ],
      [{ year: { $ne: 1997 } }, { must_not: [year] }],
      [{ year: 1997, rating: { $gt: 3, $lte: 5 } }, both],
      [
        { $or: [{ year: 1997 }, { tags: { $contains: 7 } }] },
        { should: [year, says(hasElement('tags', 7))] },
      ],
      [{ 'a.b-c': { $gte: -0.5 } }, { key: 'numbers.a-2e-b-2d-c', range: { gte: -0.5 } }],
    ];
    for (const [filter, condition] of cases) {
      const { over, under } = translated(filter);
      expect(over).toEqual(condition);
      expect(under).toBe(over);
    }
  });

  it('is known without asking where it says nothing, or nothing that can be', () => {
    expect(translated({}).over).toBe(true);
    expect(translated({ year: { $in: [] } }).over).toBe(false);
    expect(translated({ $not: { year: { $in: [] } } }).over).toBe(true);
    expect(translated({ $or: [{ year: 1 }, {}] }).over).toBe(true);
    expect(translated({ year: { $in: [] }, text: { $gt: 'a' } })).toEqual({ over: false, under: false });
  });

  it('lies between two conditions where Qdrant cannot say it', () => {
    expect(translated({ text: { $gt: 'a' } })).toEqual({ over: says(exists('text')), under: false });
    expect(translated({ text: { $contains: 'a' } })).toEqual({
      over: says(exists('text')),
      under: says(hasElement('text', 'a')),
    });
    expect(translated({ $not: { text: { $contains: 'a' } } })).toEqual({
      over: { must_not: [says(hasElement('text', 'a'))] },
      under: { must_not: [says(exists('text'))] },
    });
    expect(translated({ year: 1, text: { $lt: 'b' } })).toEqual({
      over: { must: [says(equals('year', 1)), says(exists('text'))] },
      under: false,
    });
  });
});
