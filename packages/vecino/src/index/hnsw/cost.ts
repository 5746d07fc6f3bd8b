import type { VectorSpace } from '../../kernel/vector-space.ts';
import type { CostQuestion, SearchCost } from '../family.ts';
import { costNs, keepingNs } from '../search-cost.ts';

/**
 * Nanoseconds of a distance in a walk: the memory's bandwidth and latency, and the keeping of candidates. 73 at 384
 * dimensions and 130 at 784 with codes, and more than twice that with the vectors themselves.
 */
const WALK_NS = { fixed: 45, aFloat: 0.45 } as const;
const CODED_WALK_NS = { fixed: 16, aFloat: 0.147 } as const;

/** Distances that a walk computes for each unit of effort; `distanceFactor` brings it to what the data are like. */
const DISTANCES_AN_EFFORT = 16;

/**
 * A filtered walk computes no more distances than another, but looks through the lists of what it passes by: with
 * 50, 20, 10, 5 and 2 % matching it took 1.6, 1.5, 1.6, 2.3 and 1.9 times as long (60,000 x 384).
 */
const FILTERED = 2;
/**
 * With fewer wanted neighbours of neighbours than some five, wanted nodes do not hang together, and a walk through
 * all nodes follows. Of a share s it computes s to the power of minus this times the distances: 4.2 times at a
 * tenth, 20 times at a hundredth, picked at random.
 */
const SHARE_CONNECTED = 0.03;
const SHARE_POWER = 0.65;

/** What a walk costs: effort times the distances that an effort takes on this index. */
export function cost(space: VectorSpace, question: CostQuestion): SearchCost {
  const { k, matches, live, distanceFactor } = question;
  const { coded, floats } = space.layout;
  const isFiltered = matches < live;
  const distanceNs = costNs(coded ? CODED_WALK_NS : WALK_NS, floats) * (isFiltered ? FILTERED : 1);
  const effort = Math.max(question.effort, k);
  const share = live === 0 ? 1 : Math.max(1, matches) / live;
  const scattered = share < SHARE_CONNECTED ? share ** -SHARE_POWER : 1;
  const distances = effort * DISTANCES_AN_EFFORT * distanceFactor * scattered;
  return { ns: distances * distanceNs + keepingNs(distances, effort), distances, distanceNs };
}
