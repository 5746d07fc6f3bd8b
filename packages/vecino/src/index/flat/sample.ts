import { present } from '../../base/assert.ts';
import { BLOCK_SLOTS } from '../../kernel/layout.ts';
import type { ModelLayout } from '../../kernel/model-layout.ts';
import type { VectorSpace } from '../../kernel/vector-space.ts';
import { learnAxes } from '../../quantizer/principal-axes.ts';
import { type Choice, choose } from './choose.ts';

/** A sample of this size gives good axes: their quality changes speed only. */
const SAMPLE = 2_048;
/** Records of the sample that are asked with, to learn how far away neighbours are. */
const PROBES = 16;
const PROBE_K = 10;
/** Rounding to codes makes bounds looser by about this share of the data's spread (measured: .02 to .03). */
const ROUNDING_SHARE = 0.025;

/** What was learnt and is not yet the model. */
export interface Learnt {
  readonly sample: Uint32Array;
  readonly axes: number;
  /** The sample's coordinates, row after row, and the squares of its lengths. */
  readonly coordinates: Float32Array;
  readonly lengths: Float64Array;
  readonly choice: Choice | undefined;
  readonly records: number;
}

/** Learns axes from a sample of the live slots, and how to cut sketches from them. Yields often. */
export function* learnFrom(space: VectorSpace, slots: number): Generator<void, Learnt> {
  const layout = modelLayoutOf(space);
  const live: number[] = [];
  for (let slot = 0; slot < slots; slot++) {
    if (space.isLive(slot)) live.push(slot);
    if (slot % BLOCK_SLOTS === 0) yield;
  }
  const size = Math.min(SAMPLE, live.length);
  const sample = Uint32Array.from(
    { length: size },
    (_, i) => live[Math.floor((i * live.length) / size)] ?? 0,
  );
  const axes = yield* learnAxes(space, layout, sample, layout.room.axesMax);
  const coordinates = new Float32Array(size * axes);
  const lengths = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    lengths[i] = space.engine.projectSlot(sample[i] ?? 0, axes);
    coordinates.set(space.floatsAt(space.engine.projected(), axes), i * axes);
    yield;
  }
  const known = { sample, axes, coordinates, lengths, records: live.length };
  return { ...known, choice: axes === 0 ? undefined : yield* chooseFor(space, slots, known) };
}

/** Asks with some of the sample, to see what bounds would have ruled out. */
function* chooseFor(
  space: VectorSpace,
  slots: number,
  known: Omit<Learnt, 'choice'>,
): Generator<void, Choice | undefined> {
  const { floats, kernel } = space.layout;
  const { sample, axes, lengths } = known;
  const probes = Math.min(PROBES, sample.length);
  const bounds = kernel === 'l2' ? distanceBounds : productBounds;
  const spread = Math.sqrt(lengths.reduce((sum, length) => sum + length, 0) / lengths.length);
  const passed = new Float64Array(axes + 1);
  let passedWithoutTail = 0;
  for (let i = 0; i < probes; i++) {
    const probe = Math.floor((i * sample.length) / probes);
    const ask = bounds(
      space,
      known,
      probe,
      limitOf(space, slots, sample[probe] ?? 0),
      ROUNDING_SHARE * spread,
    );
    for (let other = 0; other < sample.length; other++) {
      const { withTail, without } = ask(other);
      for (let count = 0; count <= axes; count++)
        if (withTail[count]) passed[count] = (passed[count] ?? 0) + 1;
      if (without) passedWithoutTail += 1;
    }
    yield;
  }
  const pairs = probes * sample.length;
  return choose({
    floats,
    room: modelLayoutOf(space).room,
    axes,
    mayOmitTail: kernel === 'l2',
    shareOf: (count, hasTail) => (hasTail ? (passed[count] ?? 0) : passedWithoutTail) / pairs,
  });
}

/** The distance of the k-th neighbour of a slot, itself not counted. */
function limitOf(space: VectorSpace, slots: number, slot: number): number {
  space.writeQuery(space.readVector(slot));
  const size = space.engine.scanRange(0, slots, 0, PROBE_K + 1);
  return space.readPool(size).distances[size - 1] ?? Number.POSITIVE_INFINITY;
}

/** Whether bounds from each number of axes let a row of the sample pass. Without a tail: from all axes alone. */
type Ask = (other: number) => { readonly withTail: Uint8Array; readonly without: boolean };

/** The bounds of `assembly/flat/project.ts` for the squared Euclidean distance. */
function distanceBounds(
  _: VectorSpace,
  { axes, coordinates, lengths }: Omit<Learnt, 'choice'>,
  probe: number,
  limit: number,
  looser: number,
): Ask {
  const most = (Math.sqrt(limit) + looser) ** 2;
  const withTail = new Uint8Array(axes + 1);
  return (other) => {
    let apart = 0;
    let left = lengths[probe] ?? 0;
    let right = lengths[other] ?? 0;
    for (let axis = 0; axis <= axes; axis++) {
      const tails = Math.sqrt(Math.max(0, left)) - Math.sqrt(Math.max(0, right));
      withTail[axis] = apart + tails * tails <= most ? 1 : 0;
      if (axis === axes) break;
      const x = coordinates[probe * axes + axis] ?? 0;
      const y = coordinates[other * axes + axis] ?? 0;
      apart += (x - y) ** 2;
      left -= x * x;
      right -= y * y;
    }
    return { withTail, without: apart <= most };
  };
}

/** Those for the inner product, whose query is measured from the origin. */
function productBounds(
  space: VectorSpace,
  { sample, axes, coordinates, lengths }: Omit<Learnt, 'choice'>,
  probe: number,
  limit: number,
  looser: number,
): Ask {
  const { nextMean, nextAxes } = modelLayoutOf(space);
  const { floats, vectorStride } = space.layout;
  const query = space.readVector(sample[probe] ?? 0);
  const withMean = innerProduct(query, space.floatsAt(nextMean, floats));
  const length = innerProduct(query, query);
  const asked = Float64Array.from({ length: axes }, (_, axis) =>
    innerProduct(query, space.floatsAt(nextAxes + axis * vectorStride, floats)),
  );
  const least = -limit - looser * Math.sqrt(length);
  const withTail = new Uint8Array(axes + 1);
  return (other) => {
    let product = withMean;
    let left = length;
    let right = lengths[other] ?? 0;
    for (let axis = 0; axis <= axes; axis++) {
      const tails = Math.sqrt(Math.max(0, left) * Math.max(0, right));
      withTail[axis] = product + tails >= least ? 1 : 0;
      if (axis === axes) break;
      const x = asked[axis] ?? 0;
      const y = coordinates[other * axes + axis] ?? 0;
      product += x * y;
      left -= x * x;
      right -= y * y;
    }
    return { withTail, without: true };
  };
}

function innerProduct(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

function modelLayoutOf(space: VectorSpace): ModelLayout {
  return present(space.layout.model, 'a model in the layout');
}
