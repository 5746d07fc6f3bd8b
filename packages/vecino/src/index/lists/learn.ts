/**
 * Learning inverted lists: centroids by k-means over a sample, codewords by k-means over its residuals, and how wrong
 * the estimates from codes are, on vectors of the sample that ask for their neighbours among the others. All of it
 * is a sequence of stages over the first nodes of a new memory; the arithmetic is in `assembly/lists`.
 */
import { present } from '../../base/assert.ts';
import { BLOCK_SLOTS } from '../../kernel/layout.ts';
import { ERRORS_MAX, PAGE_ENTRIES, SLOPES } from '../../kernel/lists-layout.ts';
import type { VectorSpace } from '../../kernel/vector-space.ts';
import type { Stage } from '../family.ts';
import { learnProjection } from './axes.ts';
import { ListsModel } from './model.ts';
import { type Asked, learnPromise, type Promising } from './promise.ts';

/** Rounds of k-means: the sum of squares fell by less than a hundredth in each after the sixth. */
const ROUNDS = 8;
/** Beyond so many pairs of a vector and a list in a round, some seconds of one thread, mini-batches come first. */
const ROUND_MAX = 2 ** 28;
const PASSES = 2;
const BATCHES = 8;
const ROUNDS_AFTER = 3;
const WORD_ROUNDS = 8;
/** Seeds are chosen among so many of the sample a list. */
const SEEDED_FROM = 8;
/** Residuals that codewords are learnt from: for each of 16, or of 256. */
const RESIDUALS = { 4: 8_192, 8: 16_384 } as const;
/** Residuals whose additive terms and factors give these their units. */
const MEASURED = 4_096;
/** Nodes that ask for neighbours, to learn how wrong estimates are and in which lists neighbours lie. */
const ASKING = 64;
const NEIGHBOURS = ERRORS_MAX / ASKING;
/** Neighbours among all records that searches are taken to look for, and the fewest of them among the sample. */
const NEAR = 12;
const NEAR_MIN = 3;
/** Later residuals may be a little longer than those of the sample. */
const TERM_ROOM = 1.25;
const FACTOR_ROOM = 1.5;
/**
 * The share of neighbours' estimates that bounds cover: of the others some are lost to recall. Where few lists are
 * probed more neighbours are missed in those that are not, and it pays to lose some to the bound as well: so many for
 * each of them. At recall .90 a search then takes 20 to 25 % less time than with bounds that always cover .97 (GloVe
 * 340k, glosses and Fashion-MNIST 60k), at .95 10 %, at .99 as long.
 */
const LOST_FOR_EACH = 1.25;
const COVERED_MIN = 0.7;
const COVERED_MAX = 0.985;
/** Of the sample's residuals so many are no longer than the limit beyond which later ones count as far. */
const NEAR_SHARE = 0.9;

const AXES = 'axes';
const PROJECT = 'project';
const PROJECTED = 'projected';
const SEEDS = 'seeds';
const ASSIGN = 'assign';
const MOVE = 'move';
const BEGIN_PASS = 'begin pass';
const ASSIGN_BATCH = 'assign batch';
const MOVE_BATCH = 'move batch';
const WORDS = 'codewords';
const UNITS = 'units';
const NEIGHBOURS_OF = 'neighbours';
const PROMISE = 'promise';
const FINISH = 'finish';
const LAY = 'lay';
const FILL = 'fill';
const SIFT = 'sift';

function once(name: string): Stage {
  return { name, items: 1, grain: 1, parallel: false };
}

/** What is to be learnt. */
export interface Learning {
  readonly lists: number;
  /** Nodes that are learnt from, and how many records there are. */
  readonly sample: number;
  readonly records: number;
  readonly seed: number;
}

/** The stages of learning; nodes 0 … sample - 1 are the sample. */
export function learningStages(space: VectorSpace, { lists, sample, records, seed }: Learning): Stage[] {
  const model = new ListsModel(space);
  model.begin(sample, lists, records);
  space.engine.seedRandom(seed);
  const { subspaces, axes } = model.layout;
  return [
    ...(axes > 0
      ? [once(AXES), { name: PROJECT, items: sample, grain: 256, parallel: true }, once(PROJECTED)]
      : []),
    { name: SEEDS, items: lists, grain: 4, parallel: false },
    ...roundsOf(lists, sample),
    assigning(ASSIGN, sample),
    ...(subspaces > 0 ? [{ name: WORDS, items: subspaces, grain: 1, parallel: true }, once(UNITS)] : []),
    { name: NEIGHBOURS_OF, items: askingOf(sample), grain: 1, parallel: true },
    once(PROMISE),
    once(FINISH),
  ];
}

function askingOf(sample: number): number {
  return Math.min(ASKING, Math.floor(sample / 4));
}

/** The rounds of k-means: Lloyd's, the first of them by mini-batches where there is much to do. */
export function roundsOf(lists: number, sample: number): Stage[] {
  const round = [assigning(ASSIGN, sample), once(MOVE)];
  if (lists === 1) return round;
  if (lists * sample <= ROUND_MAX) return Array.from({ length: ROUNDS }, () => round).flat();
  const pass = [once(BEGIN_PASS)];
  const most = Math.ceil(sample / BATCHES);
  for (let from = 0; from < sample; from += most) {
    const items = Math.min(most, sample - from);
    pass.push(assigning(ASSIGN_BATCH, items), { name: MOVE_BATCH, items, grain: items, parallel: false });
  }
  return [
    ...Array.from({ length: PASSES }, () => pass).flat(),
    ...Array.from({ length: ROUNDS_AFTER }, () => round).flat(),
  ];
}

function assigning(name: string, items: number): Stage {
  return { name, items, grain: 2_048, parallel: true };
}

/** The stages that lay nodes out in lists: `keys` are the lists of nodes, in ascending order. */
export function layingStages(keys: Uint32Array): Stage[] {
  const pages = countsOf(keys).reduce((sum, count) => sum + Math.ceil(count / PAGE_ENTRIES), 0);
  return [
    once(LAY),
    { name: FILL, items: pages, grain: 16, parallel: true },
    { name: SIFT, items: keys.length, grain: keys.length, parallel: false },
  ];
}

type Run = (
  space: VectorSpace,
  from: number,
  to: number,
  keys: Uint32Array | undefined,
) => void | Generator<void, void>;

/** What is done in each stage, with items `from` to `to`. */
const RUN: Readonly<Record<string, Run>> = {
  [AXES]: (space) => learnProjection(space, new ListsModel(space).sample),
  [PROJECT]: (space, from, to) => space.engine.projectNodes(from, to),
  [PROJECTED]: (space) => new ListsModel(space).sampleIsProjected(),
  [SEEDS]: (space, from, to) => {
    const { sample, wanted } = new ListsModel(space);
    space.engine.seedLists(from, to, Math.min(sample, SEEDED_FROM * wanted));
  },
  [ASSIGN]: (space, from, to) => space.engine.assignNodes(from, to),
  [MOVE]: (space) => {
    const { sample, wanted } = new ListsModel(space);
    space.engine.moveCentroids(sample, wanted);
  },
  [BEGIN_PASS]: (space) => {
    const model = new ListsModel(space);
    model.batchStart = 0;
    space.engine.beginPass(model.wanted);
  },
  [ASSIGN_BATCH]: (space, from, to) => {
    const { batchStart } = new ListsModel(space);
    space.engine.assignNodes(batchStart + from, batchStart + to);
  },
  [MOVE_BATCH]: (space, from, to) => {
    const model = new ListsModel(space);
    const { batchStart } = model;
    space.engine.moveTowards(batchStart + from, batchStart + to);
    model.batchStart = batchStart + to;
  },
  [WORDS]: learnWords,
  [UNITS]: learnUnits,
  [NEIGHBOURS_OF]: findNeighbours,
  [PROMISE]: learnWhatPromises,
  [FINISH]: finish,
  [LAY]: (space, _from, _to, keys) => lay(space, present(keys, 'lists of nodes')),
  [FILL]: (space, from, to) => space.engine.fillPages(from, to),
  [SIFT]: (space, from, to) => {
    for (let node = from; node < to; node++) if (!space.isLinked(node)) space.engine.unlinkNode(node);
  },
};

/** Does items `from` to `to` of a stage; see `FamilyLearner.run` for what takes long. */
export function runStage(
  space: VectorSpace,
  stage: string,
  from: number,
  to: number,
  keys: Uint32Array | undefined,
): void | Generator<void, void> {
  return present(RUN[stage], `stage "${stage}" of lists`)(space, from, to, keys);
}

/** The nearest lists of a range of nodes. */
export function assign(space: VectorSpace, from: number, to: number): Uint32Array {
  space.engine.assignNodes(from, to);
  const model = new ListsModel(space);
  const lists = new Uint32Array(to - from);
  for (let start = from; start < to; ) {
    const end = Math.min(to, start - (start % BLOCK_SLOTS) + BLOCK_SLOTS);
    lists.set(model.assigned(start, end), start - from);
    start = end;
  }
  return lists;
}

function learnWords(space: VectorSpace, from: number, to: number): void {
  const { layout, sample } = new ListsModel(space);
  const residuals = Math.min(sample, RESIDUALS[layout.bits]);
  for (let subspace = from; subspace < to; subspace++) {
    space.engine.learnCodewords(subspace, residuals, layout.binary ? 0 : WORD_ROUNDS);
  }
}

/** Chooses units by which the additive terms and factors of nearly all residuals fit 16 bits. */
function learnUnits(space: VectorSpace): void {
  const model = new ListsModel(space);
  const count = Math.min(model.sample, MEASURED);
  const lists = assignedOf(model, count);
  const terms = new Float64Array(count);
  const factors = new Float64Array(count);
  for (let node = 0; node < count; node++) {
    space.engine.measureCode(node, lists[node] ?? 0);
    terms[node] = Math.abs(space.engine.lastTerm());
    factors[node] = space.engine.lastFactor();
  }
  const unit = (values: Float64Array, room: number) => ((values.sort().at(-1) || 1) * room) / 32_767;
  model.setCodes({ termUnit: unit(terms, TERM_ROOM), factorUnit: unit(factors, FACTOR_ROOM) });
}

/**
 * Lets nodes from the end of the sample ask for their neighbours, and measures in which lists these lie and how wrong
 * their estimates are.
 */
function findNeighbours(space: VectorSpace, from: number, to: number): void {
  const model = new ListsModel(space);
  const others = model.sample - askingOf(model.sample);
  const { subspaces } = model.layout;
  const isProduct = space.layout.kernel === 'dot';
  for (let i = from; i < to; i++) {
    space.engine.queryNode(others + i);
    const size = space.engine.scanNearest(others, NEIGHBOURS);
    const { nodes, distances } = space.readPool(size);
    const errors = model.errors(i * NEIGHBOURS, (i + 1) * NEIGHBOURS);
    const ranks = model.ranks(i * NEIGHBOURS, (i + 1) * NEIGHBOURS);
    const reaches = model.reaches(i * NEIGHBOURS, (i + 1) * NEIGHBOURS);
    for (const [j, node] of nodes.entries()) {
      reaches[j] = distances[j] ?? 0;
      if (subspaces > 0)
        errors[j] = space.engine.estimateError(node, (distances[j] ?? 0) * (isProduct ? 2 : 1));
      ranks[j] = space.engine.listsBefore(node);
    }
  }
}

/** Learns which lists are worth probing, and how loose the bound must be for those that are. */
function* learnWhatPromises(space: VectorSpace): Generator<void, void> {
  const model = new ListsModel(space);
  const asking = askingOf(model.sample);
  space.engine.measureSpreads(model.sample);
  let promising: Promising | undefined;
  if (model.lists > 1 && asking > 0 && space.layout.kernel === 'l2') {
    const asked: Asked[] = [];
    for (let i = 0; i < asking; i++) {
      asked.push(askedBy(space, i));
      yield;
    }
    const counts = new Uint32Array(model.lists);
    for (const list of assignedOf(model, model.sample)) counts[list] = (counts[list] ?? 0) + 1;
    const near = Math.round((NEAR * model.sample) / Math.max(1, model.records));
    promising = learnPromise(asked, { spreads: model.spreads, counts }, Math.max(NEAR_MIN, near), SLOPES);
  }
  model.setPromise(promising);
  if (model.layout.subspaces === 0) return;
  const ranks = model.ranks(0, asking * NEIGHBOURS);
  const missed =
    promising?.missed ?? Array.from({ length: SLOPES }, (_, power) => missedBeyond(ranks, power));
  model.setSlopes(slopesOf(model.errors(0, asking * NEIGHBOURS), missed));
}

/** What a node from the end of the sample has found among the others. */
function askedBy(space: VectorSpace, i: number): Asked {
  const model = new ListsModel(space);
  const { engine } = space;
  engine.queryNode(model.sample - askingOf(model.sample) + i);
  const far = Float64Array.from({ length: model.lists }, (_, list) => engine.squareToList(list));
  const lists = Uint32Array.from(far.keys()).sort((a, b) => (far[a] ?? 0) - (far[b] ?? 0));
  return {
    squares: Float64Array.from(lists, (list) => far[list] ?? 0),
    lists,
    places: model.ranks(i * NEIGHBOURS, (i + 1) * NEIGHBOURS),
    reaches: model.reaches(i * NEIGHBOURS, (i + 1) * NEIGHBOURS),
  };
}

function missedBeyond(ranks: Uint32Array, power: number): number {
  return ranks.filter((before) => before >= 2 ** power).length / Math.max(1, ranks.length);
}

function finish(space: VectorSpace): void {
  const model = new ListsModel(space);
  const { engine } = space;
  const count = Math.min(model.sample, MEASURED);
  const lists = assignedOf(model, count);
  const squares = Float64Array.from({ length: count }, (_, node) =>
    engine.residualSquare(node, lists[node] ?? 0),
  );
  model.finish(squares.sort()[Math.floor(NEAR_SHARE * (count - 1))] ?? 0);
}

/**
 * The slope of the bound where 1, 2, 4, … lists are probed.
 *
 * @param missed the share of neighbours that lie in others
 */
function slopesOf(errors: Float32Array, missed: readonly number[]): number[] {
  const sorted = errors.slice().sort();
  return missed.map((share) => {
    const covered = Math.min(COVERED_MAX, Math.max(COVERED_MIN, 1 - LOST_FOR_EACH * share));
    return Math.max(0, sorted[Math.floor(covered * (sorted.length - 1))] ?? 0);
  });
}

function lay(space: VectorSpace, keys: Uint32Array): void {
  const { engine } = space;
  engine.clearLists(new ListsModel(space).layout.capacity);
  let node = 0;
  for (const [list, count] of countsOf(keys).entries()) {
    engine.layList(list, node, count);
    node += count;
  }
}

/** How many nodes each list has. */
function countsOf(keys: Uint32Array): number[] {
  const counts: number[] = Array(keys.length === 0 ? 0 : (keys.at(-1) ?? 0) + 1).fill(0);
  for (const key of keys) counts[key] = (counts[key] ?? 0) + 1;
  return counts;
}

/** The lists of the first nodes of the sample. */
function assignedOf(model: ListsModel, count: number): Uint32Array {
  const lists = new Uint32Array(count);
  for (let from = 0; from < count; from += BLOCK_SLOTS) {
    lists.set(model.assigned(from, Math.min(count, from + BLOCK_SLOTS)), from);
  }
  return lists;
}
