import { BLOCK_SLOTS } from '../../kernel/layout.ts';
import type { VectorSpace } from '../../kernel/vector-space.ts';
import { EFFORTS, effortAt, type Measured, TablesModel } from './model.ts';

/** Stored vectors that ask for their neighbours: the recall of ten neighbours each is then known to some .02. */
export const QUERIES = 48;
const K = 10;
/** Share of its neighbours that a query is to find by default. */
const TARGET = 0.9;
/** Searches that estimate more of the records than this are not worth their while. */
const SHARE_MAX = 0.5;
const NO_BUDGET = 0xffff_ffff;

/** Vectors of the sample that ask for their neighbours in it, to learn how far estimates are off. */
const SLOPE_QUERIES = 64;
/** The share of the neighbours whose bounds are below their distances in searches that look at few buckets. */
const BOUNDED = 0.93;

/** Measures on the sample how much must be taken off estimates so that few neighbours are ruled out. */
export function* measureSlopes(space: VectorSpace, sample: number): Generator<void, void> {
  const { engine } = space;
  engine.sketchNodes(0, sample);
  const slopes: number[] = [];
  for (let query = 0; query < SLOPE_QUERIES; query++) {
    const asking = Math.floor(((query + 0.5) * sample) / SLOPE_QUERIES);
    engine.estimateWith(asking);
    const { nodes, distances } = space.readPool(engine.scanNearest(sample, K + 1));
    for (const [i, node] of nodes.entries()) {
      const distance = distances[i] ?? 0;
      const exact = space.layout.kernel === 'l2' ? distance : 2 * distance;
      if (node !== asking) slopes.push(engine.slopeFor(node, exact));
    }
    yield;
  }
  slopes.sort((a, b) => a - b);
  const [ofMost = 0, ofAll = 0] = [slopes[Math.floor(slopes.length * BOUNDED)], slopes.at(-1)];
  new TablesModel(space).setSlopes(Math.max(0, ofMost), Math.max(0, ofAll));
}

/** Lets one stored vector ask for its neighbours, itself left out, with more and more probes. */
export function measureEffort(space: VectorSpace, query: number): void {
  const model = new TablesModel(space);
  const nodes = model.learntFrom;
  const { engine } = space;
  const asking = askingNode(space, Math.floor(((query + 0.5) * nodes) / QUERIES), nodes);
  engine.askWith(asking);
  let size = 0;
  for (let from = 0; from < nodes; from += BLOCK_SLOTS) {
    size = engine.scanRange(from, Math.min(nodes, from + BLOCK_SLOTS), size, K + 1);
  }
  const truth = new Set(othersFound(space, asking, size));
  for (let i = 0; i < EFFORTS; i++) {
    engine.takeComputations();
    engine.takeEstimates();
    const found = engine.searchTables(effortAt(i), K + 1, 3 * K, 0, 1, NO_BUDGET, nodes);
    const near = othersFound(space, asking, found).filter((node) => truth.has(node)).length;
    const estimates = engine.takeEstimates();
    const distances = engine.takeComputations();
    model.measure(i, { wanted: truth.size, found: near, estimates, distances });
    if (estimates > SHARE_MAX * nodes) break;
  }
  if (query === QUERIES - 1) model.defaultProbes = probesFor(model.measured());
}

/** The node itself, or the next that is in the tables. */
function askingNode(space: VectorSpace, first: number, nodes: number): number {
  let node = first;
  while (node < nodes - 1 && !space.isLinked(node)) node++;
  return node;
}

/** The nearest that the pool has beside the one that asked. Where vectors are on disk, its keys are no distances. */
function othersFound(space: VectorSpace, asking: number, size: number): number[] {
  return [...space.readPool(size).nodes].filter((node) => node !== asking).slice(0, K);
}

/** The least number of probes that reaches the target; between two that were measured, in proportion. */
function probesFor(measured: readonly Measured[]): number {
  let lower: Measured | undefined;
  for (const upper of measured) {
    if (recallOf(upper) >= TARGET) {
      if (!lower) return upper.effort;
      const share = (TARGET - recallOf(lower)) / (recallOf(upper) - recallOf(lower));
      return Math.round(lower.effort * (upper.effort / lower.effort) ** share);
    }
    lower = upper;
  }
  return lower?.effort ?? effortAt(0);
}

function recallOf({ wanted, found }: Measured): number {
  return wanted === 0 ? 1 : found / wanted;
}
