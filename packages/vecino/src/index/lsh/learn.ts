import type { LshOptions } from '../../api/index-options.ts';
import { type Random, seededRandom } from '../../base/random.ts';
import { cutsOf, HASH_BITS_MAX } from '../../kernel/tables-layout.ts';
import type { VectorSpace } from '../../kernel/vector-space.ts';
import { lengthOf } from '../../vector/prepare.ts';
import type { FamilyLearner, Stage } from '../family.ts';
import { drawDirection, product } from './directions.ts';
import { measureEffort, QUERIES } from './measure.ts';
import { TablesModel } from './model.ts';

/** Fewer records are compared in less time than it takes to think about it. */
const RECORDS_MIN = 1_000;
/** Everything is learnt anew when there are so many times as many records, sooner when nothing else is to be done. */
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
const CLEAR = 'clear';
const FILL = 'fill';
const MEASURE = 'measure';

/** Nodes of one task: some milliseconds at hundreds of dimensions. */
const FILLED = 256;

/** Hash bits for so many records. */
export function hashBitsFor({ hashBits }: Pick<LshOptions, 'hashBits'>, records: number): number {
  if (hashBits !== undefined) return hashBits;
  const bits = Math.round(Math.log2(Math.max(1, records / A_BUCKET)));
  return Math.min(HASH_BITS_MAX, Math.max(HASH_BITS_MIN, bits));
}

/**
 * Directions are learnt from a sample; then all nodes are brought into their buckets, and stored vectors ask for their
 * neighbours, to learn how many buckets must be looked at.
 */
export const learner: FamilyLearner<LshOptions> = {
  isDue(space, records, isIdle) {
    if (records < RECORDS_MIN) return false;
    if (!TablesModel.isReady(space)) return true;
    return records >= (isIdle ? GROWTH_IDLE : GROWTH) * new TablesModel(space).learntFrom;
  },

  room: hashBitsFor,
  sample: () => SAMPLE,

  stages(space, options, sample, records) {
    const model = new TablesModel(space);
    const vectors = Array.from({ length: sample }, (_, node) => vectorOf(space, node));
    model.begin(records, options.seed, space.layout.kernel === 'dot' ? meanLength(vectors) : 0);
    return [{ name: DIRECTIONS, items: sample, grain: sample, parallel: false }];
  },

  fillStages(space, nodes) {
    if (!TablesModel.isReady(space)) return [];
    const fill: Stage[] = [
      { name: CLEAR, items: 1, grain: 1, parallel: false },
      { name: FILL, items: nodes, grain: FILLED, parallel: true },
    ];
    const isMeasured = new TablesModel(space).defaultProbes > 0;
    if (isMeasured) return fill;
    return [...fill, { name: MEASURE, items: QUERIES, grain: 1, parallel: false }];
  },

  run(space, stage, from, to) {
    if (stage === DIRECTIONS) drawDirections(space, to);
    else if (stage === CLEAR) space.engine.clearTables();
    else if (stage === FILL) space.engine.insertNodes(from, to);
    else measureEffort(space, from);
  },
};

function drawDirections(space: VectorSpace, sample: number): void {
  const model = new TablesModel(space);
  const { tables, bits, celled } = model.layout;
  const cuts = cutsOf(model.layout);
  const random = seededRandom(model.seed);
  const vectors = Array.from({ length: sample }, (_, node) => vectorOf(space, node));
  const measured = vectors.slice(0, MEASURED);
  const drawn = Array.from({ length: tables }, () => {
    const ofTable: Drawn[] = [];
    while (ofTable.length < model.perTable) {
      const direction = drawDirection(
        vectors,
        ofTable.map((other) => other.direction),
        random,
      );
      ofTable.push({ direction, ...spreadAlong(direction, measured) });
    }
    return ofTable;
  });
  const variances = drawn.flatMap((ofTable) => ofTable.slice(0, cuts).map(({ variance }) => variance));
  const deviation = Math.sqrt(variances.reduce((sum, variance) => sum + variance, 0) / variances.length);
  // Images in units of a cell, so that costs of all projections are of one scale. Of equal vectors any scale will do.
  const scale = deviation > 0 ? 1 / (CELL * deviation) : 1;
  for (const [ordinal, { direction, mean }] of drawn.flat().entries()) {
    const place = ordinal % model.perTable;
    const isCelled = celled && place < cuts;
    model.setProjection(
      ordinal,
      direction.map((value) => value * scale),
      mean * scale - (isCelled ? random() : 0),
      celled ? oddNumber(random) : stepOfBit(place, bits),
    );
  }
}

interface Drawn {
  readonly direction: Float64Array;
  /** Of the sample's products with it. */
  readonly mean: number;
  readonly variance: number;
}

function spreadAlong(direction: Float64Array, vectors: readonly Float32Array[]): Omit<Drawn, 'direction'> {
  let sum = 0;
  let squares = 0;
  for (const vector of vectors) {
    const along = product(direction, vector);
    sum += along;
    squares += along * along;
  }
  const mean = sum / vectors.length;
  return { mean, variance: Math.max(0, squares / vectors.length - mean * mean) };
}

/** Each plane decides one bit of the bucket's number, which is the upper bits of the hash. */
function stepOfBit(place: number, bits: number): number {
  return place < bits ? 2 ** (32 - bits + place) : 0;
}

/** Sums of odd multiples spread over all numbers, the upper bits best. */
function oddNumber(random: Random): number {
  return Math.floor(random() * 2 ** 31) * 2 + 1;
}

function vectorOf(space: VectorSpace, node: number): Float32Array {
  return space.floatsAt(space.engine.vectorOf(node), space.layout.floats).slice();
}

function meanLength(vectors: readonly Float32Array[]): number {
  return vectors.reduce((sum, vector) => sum + lengthOf(vector), 0) / vectors.length;
}
