import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planRequests } from './plan-requests.ts';

describe('planning requests', () => {
  it('has every text once, in order, within both bounds', () => {
    const arbitrary = fc.record({
      tokens: fc.array(fc.integer({ min: 0, max: 30 })),
      textsMax: fc.integer({ min: 1, max: 10 }),
      tokensMax: fc.integer({ min: 1, max: 40 }),
    });
    fc.assert(
      fc.property(arbitrary, ({ tokens, ...bounds }) => {
        const requests = planRequests(tokens, bounds);
        expect(requests.flat()).toEqual([...tokens.keys()]);
        for (const request of requests) {
          const sum = request.reduce((total, position) => total + (tokens[position] ?? 0), 0);
          expect(request.length).toBeLessThanOrEqual(bounds.textsMax);
          if (request.length > 1) expect(sum).toBeLessThanOrEqual(bounds.tokensMax);
        }
      }),
    );
  });

  it('sends no fewer than fit', () => {
    expect(planRequests([5, 5, 5, 20, 1, 1, 1, 1], { textsMax: 3, tokensMax: 10 })).toEqual([
      [0, 1],
      [2],
      [3],
      [4, 5, 6],
      [7],
    ]);
    expect(planRequests([], { textsMax: 3, tokensMax: 10 })).toEqual([]);
  });
});
