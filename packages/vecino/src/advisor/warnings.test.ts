import { describe, expect, it } from 'vitest';
import type { DataCharacter } from '../api/advice.ts';
import { warningsOf } from './warnings.ts';

const SOUND: DataCharacter = {
  records: 1_000,
  hubness: 1,
  duplicates: 0,
  constantDimensions: 0,
  contrast: 0.5,
  norms: { min: 1, median: 1.2, max: 2, spread: 0.2 },
};
const EQUAL = { min: 1, median: 1, max: 1, spread: 0 };
const ENOUGH = { source: 'given', count: 300 } as const;
const HITS = { k: 10, matches: 10 };

describe('warnings', () => {
  it.each([
    { what: 'nothing where all is well', metric: 'cosine', data: {}, codes: [] },
    { what: 'lengths under dot', metric: 'dot', data: {}, codes: ['NOT_NORMALIZED'] },
    { what: 'dot among equal lengths', metric: 'dot', data: { norms: EQUAL }, codes: ['METRIC_UNSUITED'] },
    {
      what: 'equal lengths under l2: the order is that of cosine',
      metric: 'l2',
      data: { norms: EQUAL },
      codes: [],
    },
    {
      what: 'vectors of next to no length under cosine',
      metric: 'cosine',
      data: { norms: { ...SOUND.norms, min: 1e-9 } },
      codes: ['METRIC_UNSUITED'],
    },
    {
      what: 'constant dimensions',
      metric: 'l2',
      data: { constantDimensions: 3 },
      codes: ['CONSTANT_DIMENSIONS'],
    },
    { what: 'duplicates', metric: 'l2', data: { duplicates: 0.2 }, codes: ['DUPLICATES'] },
    { what: 'hubs', metric: 'l2', data: { hubness: 5 }, codes: ['HUBS'] },
    { what: 'noise', metric: 'l2', data: { contrast: 0.97 }, codes: ['NOTHING_NEAR'] },
  ] as const)('tell of $what', ({ metric, data, codes }) => {
    const warnings = warningsOf(metric, 8, { ...SOUND, ...data }, ENOUGH, HITS);
    expect(warnings.map(({ code }) => code)).toEqual(codes);
  });

  it('tell of few queries', () => {
    const [warning] = warningsOf('l2', 8, SOUND, { source: 'given', count: 16 }, HITS);
    expect(warning?.code).toBe('FEW_QUERIES');
    expect(warning?.message).toContain('16 queries');
  });

  it('tell of more hits than there can be', () => {
    const [warning] = warningsOf('l2', 8, SOUND, ENOUGH, { k: 400, matches: 300 });
    expect(warning?.code).toBe('FEW_RECORDS');
    expect(warning?.message).toContain('k is 400, and about 300 records may be answered');
    expect(warning?.message).toContain('ask for fewer');
  });
});
