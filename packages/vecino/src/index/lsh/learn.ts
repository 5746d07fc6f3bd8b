import type { LshOptions } from '../../api/index-options.ts';
import { type Random, seededRandom } from '../../base/random.ts';
import { BLOCK_SLOTS } from '../../kernel/layout.ts';
import { cutsOf, HASH_BITS_MAX, SKETCH_BITS } from '../../kernel/tables-layout.ts';
import type { VectorSpace } from '../../kernel/vector-space.ts';
import { lengthOf } from '../../vector/prepare.ts';
import type { FamilyLearner, Stage } from '../family.ts';
import { drawDirection, product } from './directions.ts';
import { measureEffort, measureSlopes, QUERIES } from './measure.ts';
import { TablesModel } from './model.ts';

/** Fewer records are compared in less time than it takes to think about it. */
const RECORDS_MIN = 1_000;
/**
 * Everything is learnt anew when so many times as many records as then are there or have come since, sooner when
 * nothing else is to be done: searches look at the sketches of all that came later.
 */
const GROWTH = 4;
const GROWTH_IDLE = 1.5;
/** Directions are drawn from so many vectors: their quality changes little beyond. */
const SAMPLE = 2_048;
/** Of these so many say how wide they spread. */
const MEASURED = 512;
/** Records a bucket, on average. With fewer, more buckets than entries are looked at. */
const A_BUCKET = 16;
const HASH_BITS_MIN = 4;
/** Width of a cell, in standard deviations of the projections. */
const CELL = 2;

const DIRECTIONS = 'directions';
const SLOPES = 'slopes';
const CLEAR = 'clear';
const HASH = 'hash';
const LAY = 'lay';
const SKETCH = 'sketch';
const MEASURE = 'measure';

/** Nodes of one task that hashes: some milliseconds at hundreds of dimensions. */
const HASHED = 256;
/** Nodes that are laid before others may use the lane. */
const LAID = 65_536;

/** Hash bits for so many records. */
export function hashBitsFor({ hashBits }: Pick<LshOptions, 'hashBits'>, records: number): number {
  if (hashBits !== undefined) return hashBits;
  const bits = Math.round(Math.log2(Math.max(1, records / A_BUCKET)));
  return Math.min(HASH_BITS_MAX, Math.max(HASH_BITS_MIN, bits));
}

/**
 * Directions are learnt from a sample, and how well sketches estimate; then all nodes are sorted into their buckets,
 * and stored vectors ask for their neighbours, to learn how many buckets must be looked at.
 */
export const learner: FamilyLearner<LshOptions> = {
  isDue(space, records, isIdle) {
    if (!TablesModel.isReady(space)) return true;
    const { learntFrom, later } = new TablesModel(space);
    const growth = isIdle ? GROWTH_IDLE : GROWTH;
    return records >= growth * learntFrom || later >= (growth - 1) * learntFrom;
  },

  recordsMin: () => RECORDS_MIN,
  room: hashBitsFor,
  sample: () => SAMPLE,

  stages(space, options, sample, records) {
    new TablesModel(space).begin(records, options.seed);
    return [
      { name: DIRECTIONS, items: sample, grain: sample, parallel: false },
      { name: SLOPES, items: sample, grain: sample, parallel: false },
    ];
  },

  fillStages(space, nodes) {
    if (!TablesModel.isReady(space)) return [];
    const { defaultProbes, layout } = new TablesModel(space);
    const fill: Stage[] = [
      { name: CLEAR, items: nodes, grain: nodes, parallel: false },
      { name: HASH, items: nodes, grain: HASHED, parallel: true },
      ...Array.from({ length: layout.tables }, (_, table) => ({
        name: `${LAY} ${table}`,
        items: nodes,
        grain: nodes,
        parallel: false,
      })),
      { name: SKETCH, items: nodes, grain: HASHED, parallel: true },
    ];
    const isMeasured = defaultProbes > 0;
    if (isMeasured) return fill;
    return [...fill, { name: MEASURE, items: QUERIES, grain: 1, parallel: false }];
  },

  run(space, stage, from, to) {
    const { engine } = space;
    if (stage === DIRECTIONS) return drawDirections(space, to);
    if (stage === SLOPES) return measureSlopes(space, to);
    if (stage === CLEAR) engine.clearTables(Math.ceil(to / BLOCK_SLOTS));
    else if (stage === HASH) engine.hashNodes(from, to);
    else if (stage === SKETCH) engine.sketchNodes(from, to);
    else if (stage === MEASURE) measureEffort(space, from);
    else return layTable(space, Number(stage.slice(LAY.length)), to);
    return undefined;
  },

  assign(space, from, to) {
    const { firstBucketOf } = space.engine;
    const isReady = TablesModel.isReady(space);
    return Uint32Array.from({ length: to - from }, (_, i) => (isReady ? firstBucketOf(from + i) : 0));
  },
};

function* layTable(space: VectorSpace, table: number, nodes: number): Generator<void, void> {
  const { engine } = space;
  engine.boundTable(table);
  for (let from = 0; from < nodes; from += LAID) {
    engine.layNodes(table, from, Math.min(nodes, from + LAID));
    yield;
  }
  engine.closeTable(table, nodes);
}

function* drawDirections(space: VectorSpace, sample: number): Generator<void, void> {
  const model = new TablesModel(space);
  const { tables, bits, celled, queryFloats } = model.layout;
  const cuts = cutsOf(model.layout);
  const random = seededRandom(model.seed);
  // What only records have says nothing about which of them are near a query.
  const vectors = Array.from({ length: sample }, (_, node) => vectorOf(space, node).fill(0, queryFloats));
  const mean = meanOf(vectors);
  const measured = vectors.slice(0, MEASURED);
  model.setMean(mean, meanDistance(measured, mean));
  function* drawGroup(count: number): Generator<void, Float64Array[]> {
    const group: Float64Array[] = [];
    while (group.length < count) {
      // Orthogonal to those before, as many as there are dimensions.
      const others = group.slice(group.length - (group.length % queryFloats));
      group.push(drawDirection(vectors, others, random));
      yield;
    }
    return group;
  }

  const sketching = yield* drawGroup(SKETCH_BITS);
  for (const [ordinal, direction] of sketching.entries()) {
    model.setProjection(ordinal, direction, product(direction, mean), 0);
  }
  const drawn: Float64Array[] = [];
  const variances: number[] = [];
  for (let table = 0; table < tables; table++) drawn.push(...(yield* drawGroup(cuts)));
  for (const direction of drawn) {
    variances.push(varianceAlong(direction, measured));
    yield;
  }
  const deviation = Math.sqrt(variances.reduce((sum, variance) => sum + variance, 0) / variances.length);
  // Images in units of a cell, so that costs of all projections are of one scale. Of equal vectors any scale will do.
  const scale = deviation > 0 ? 1 / (CELL * deviation) : 1;
  for (const [i, direction] of drawn.entries()) {
    model.setProjection(
      SKETCH_BITS + i,
      direction.map((value) => value * scale),
      product(direction, mean) * scale - (celled ? random() : 0),
      celled ? oddNumber(random) : stepOfBit(i % cuts, bits),
    );
  }
}

function meanOf(vectors: readonly Float32Array[]): Float64Array {
  const mean = new Float64Array(vectors[0]?.length ?? 0);
  for (const vector of vectors) {
    for (let i = 0; i < mean.length; i++) mean[i] = (mean[i] ?? 0) + (vector[i] ?? 0) / vectors.length;
  }
  return mean;
}

function meanDistance(vectors: readonly Float32Array[], mean: Float64Array): number {
  const distances = vectors.map((vector) => lengthOf(vector.map((value, i) => value - (mean[i] ?? 0))));
  return distances.reduce((sum, distance) => sum + distance, 0) / vectors.length;
}

function varianceAlong(direction: Float64Array, vectors: readonly Float32Array[]): number {
  let sum = 0;
  let squares = 0;
  for (const vector of vectors) {
    const along = product(direction, vector);
    sum += along;
    squares += along * along;
  }
  const mean = sum / vectors.length;
  return Math.max(0, squares / vectors.length - mean * mean);
}

/** Each plane decides one bit of the bucket's number, which is the upper bits of the hash. */
function stepOfBit(place: number, bits: number): number {
  return 2 ** (32 - bits + place);
}

/** Sums of odd multiples spread over all numbers, the upper bits best. */
function oddNumber(random: Random): number {
  return Math.floor(random() * 2 ** 31) * 2 + 1;
}

function vectorOf(space: VectorSpace, node: number): Float32Array {
  return space.floatsAt(space.engine.vectorOf(node), space.layout.floats).slice();
}
