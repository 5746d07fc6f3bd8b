import { describe, expect, it } from 'vitest';
import { type PlanInput, plan } from './planner.ts';

const INPUT: PlanInput = {
  exact: false,
  approximate: { ns: 200_000, distances: 1_000, distanceNs: 100 },
  live: 100_000,
  matches: 100_000,
  pending: 0,
  k: 10,
  floats: 384,
  comparedShare: 1,
};

describe('the plan of a search', () => {
  it('follows the index where that is cheaper, with the budget of an exact search', () => {
    const { way, costNs, budget } = plan(INPUT);
    expect(way).toBe('index');
    expect(costNs).toBeLessThan(1e6);
    // At a tenth of a microsecond each, so many distances take as long as comparing with all.
    expect(budget * 100).toBeCloseTo(plan({ ...INPUT, exact: true }).costNs, -3);
  });

  it('compares with all where few match, where exact was asked for, and where bounds rule most out', () => {
    expect(plan({ ...INPUT, matches: 500 })).toMatchObject({ way: 'exact' });
    expect(plan({ ...INPUT, exact: true })).toMatchObject({ way: 'exact', reason: 'exact was asked for' });
    expect(plan({ ...INPUT, live: 10_000, matches: 10_000, comparedShare: 0.01 }).way).toBe('exact');
  });

  it('counts the pending records as a part of the search by the index', () => {
    expect(plan({ ...INPUT, live: 5_000, matches: 5_000 }).way).toBe('index');
    expect(plan({ ...INPUT, live: 5_000, matches: 5_000, pending: 4_000 }).way).toBe('exact');
  });

  it('says why there is no search by the index', () => {
    const reason = 'the index has not learnt from the records yet';
    expect(plan({ ...INPUT, approximate: reason })).toMatchObject({ way: 'exact', reason });
  });
});
