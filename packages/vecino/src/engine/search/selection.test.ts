import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../api/limits.ts';
import { BitSet } from '../../base/bit-set.ts';
import { seededRandom } from '../../base/random.ts';
import type { VectorField } from '../vector-field.ts';
import { fuse } from './fuse.ts';
import type { Leg, LegAnswer } from './legs.ts';
import type { ReadFusion } from './read-full-text.ts';
import { BestGroups, type Wanted } from './selection.ts';

const FIELD = { name: undefined, metric: 'cosine' } as unknown as VectorField;
const NEAR: Leg = { kind: 'vector', field: FIELD, vector: new Float32Array() };
const WORDS: Leg = { kind: 'fullText', words: { terms: [], match: 'any' } };
const FUSION = { weights: { vector: 1, fullText: 1 }, rankConstant: 60, candidates: 100 };

/** Ranks all records, or the later ones, in an order of its own, in which the first ten come last. */
class ImitatedLeg {
  readonly leg: Leg;
  private readonly order: readonly number[];
  private readonly ranks: ReadonlyMap<number, number>;

  constructor(leg: Leg, records: number, share: number, seed: number) {
    const random = seededRandom(seed);
    const found = Array.from({ length: records }, (_, slot) => slot).slice(Math.floor(records * (1 - share)));
    const keyed = found.map((slot) => ({ slot, key: random() + (slot < 10 ? 1 : 0) }));
    this.leg = leg;
    this.order = keyed.sort((a, b) => a.key - b.key).map(({ slot }) => slot);
    this.ranks = new Map(this.order.map((slot, rank) => [slot, rank]));
  }

  answer({ depth, allowed }: Wanted): LegAnswer {
    expect(depth).toBeLessThanOrEqual(LIMITS.kMax + 200);
    const slots = this.order.filter((slot) => !allowed || allowed.slots.has(slot)).slice(0, depth);
    const scores = Float64Array.from(slots, (slot) => 1 - (this.ranks.get(slot) ?? 0) / this.order.length);
    return {
      leg: this.leg,
      ranking: { slots: Uint32Array.from(slots), scores, isComplete: slots.length < depth },
    };
  }
}

/** The rounds as `choose` makes them. */
function chosenOf(
  selection: BestGroups,
  legs: readonly ImitatedLeg[],
  fusion: ReadFusion | undefined,
): BestGroups {
  let before: readonly LegAnswer[] = [];
  for (let { wanted } = selection; wanted; { wanted } = selection) {
    const asked = wanted;
    const own = legs.map((leg) => leg.answer(asked));
    if (!asked.isBehind) before = [];
    const fused = fuse(own, fusion, before);
    before = [...before, ...own];
    selection.take(fused);
  }
  return selection;
}

const asked = fc.record({
  records: fc.constantFrom(0, 1, 40, 600),
  values: fc.constantFrom(1, 3, 40, 1_000),
  count: fc.integer({ min: 1, max: 12 }),
  size: fc.integer({ min: 1, max: 4 }),
  found: fc.constantFrom(0, 0.1, 1),
  method: fc.constantFrom('alone', 'rrf', 'weighted'),
  seed: fc.nat(1_000),
});

describe('BestGroups', () => {
  it('has all groups that there are, each with all records that it may have, best first', () => {
    fc.assert(
      fc.property(asked, ({ records, values, count, size, found, method, seed }) => {
        expectAll(records, (slot) => slot % values, { count, size, found, method, seed });
      }),
      { numRuns: 150 },
    );
  });

  // Behind the deepest ranking that there is, in a group that all records before are in.
  it.each(['alone', 'rrf', 'weighted'] as const)('finds groups behind thousands of one: %s', (method) => {
    const asking = { count: 3, size: 2, found: 0.9, method, seed: 5 };
    expectAll(11_000, (slot) => (slot === 7 ? 'seven' : slot < 10 ? 'few' : 'many'), asking);
  });
});

interface Asking {
  readonly count: number;
  readonly size: number;
  /** The share of the records that the second leg finds. */
  readonly found: number;
  readonly method: 'alone' | 'rrf' | 'weighted';
  readonly seed: number;
}

function expectAll(
  records: number,
  valueAt: (slot: number) => string | number,
  { count, size, found, method, seed }: Asking,
): void {
  const live = BitSet.range(records);
  const among = (values: readonly unknown[]) => {
    const wanted = new Set(values);
    return BitSet.from(live.toArray().filter((slot) => wanted.has(valueAt(slot))));
  };
  const scope = { allowed: undefined, live, excluded: new BitSet(), minScore: Number.NEGATIVE_INFINITY };
  const column = { valueAt, existing: () => live.clone(), among };
  const legs = [new ImitatedLeg(NEAR, records, 1, seed), new ImitatedLeg(WORDS, records, found, seed + 1)];
  const fusion = method === 'alone' ? undefined : { ...FUSION, method };
  const selection = new BestGroups(count, size, scope, column, fusion?.candidates);
  const { groups, chosen } = chosenOf(selection, fusion ? legs : legs.slice(0, 1), fusion);
  const all = Map.groupBy(live.toArray(), valueAt);
  expect(groups).toHaveLength(Math.min(count, all.size));
  for (const { value, slots } of groups) {
    expect(slots).toHaveLength(Math.min(size, all.get(value as string | number)?.length ?? 0));
    expect(new Set(slots.map(valueAt))).toEqual(new Set([value]));
  }
  expect(groups.flatMap(({ slots }) => slots).sort()).toEqual(Array.from(chosen.slots).sort());
  expect([...chosen.scores]).toEqual([...chosen.scores].sort((a, b) => b - a));
}
