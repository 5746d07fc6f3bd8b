/**
 * The principal axes of a sample of vectors: the directions in which they differ most.
 *
 * Subspace iteration with a final rotation to the eigenvectors (Halko, Martinsson and Tropp, "Finding structure
 * with randomness", arXiv:0909.4061, sections 4.5 and 5.3). Deviations: the covariance is never formed, because
 * at a thousand dimensions it would be larger than the sample; and the axes need be good, not exact, so three
 * passes do. A pass costs 2 × sample × axes × dimension.
 */
import { seededRandom } from '../base/random.ts';
import type { VectorSpace } from '../kernel/vector-space.ts';
import { eigenOf } from './symmetric-eigen.ts';

const PASSES = 3;
/** Images shorter than this share of what they were before the others were taken out of them are rounding. */
const RANK_TOLERANCE = 1e-5;
const SEED = 20_120;

/** Addresses of what axes are learnt in. */
export interface AxesScratch {
  readonly nextMean: number;
  readonly nextAxes: number;
  readonly images: number;
}

/**
 * Learns at most `most` axes from the vectors of some slots and leaves mean and axes in the model's scratch
 * (`nextMean`, `nextAxes`), longest spread first. Answers the number of axes, which is smaller where the
 * sample has fewer dimensions; 0 where all vectors are the same or too short or long to compute with.
 *
 * The matrix of axes lengthens no vector: it is nearly orthonormal, and then shortened by as much as it is not.
 */
export function* learnAxes(
  space: VectorSpace,
  model: AxesScratch,
  sample: Uint32Array,
  most: number,
): Generator<void, number> {
  const { floats, vectorStride } = space.layout;
  const row = (start: number, axis: number) => space.floatsAt(start + axis * vectorStride, floats);

  const spread = yield* learnMean(space, space.floatsAt(model.nextMean, floats), sample);
  const scale = Math.fround(1 / spread);
  if (!(scale > 1e-30 && scale < 1e30)) return 0;

  const random = seededRandom(SEED);
  for (let axis = 0; axis < most; axis++) {
    const start = row(model.nextAxes, axis);
    for (let i = 0; i < floats; i++) start[i] = random() - 0.5;
  }
  let count = most;
  function* takeImages(): Generator<void> {
    for (let axis = 0; axis < count; axis++) row(model.images, axis).fill(0);
    for (const slot of sample) {
      space.engine.imageAxes(slot, count, scale);
      yield;
    }
  }
  for (let pass = 0; pass < PASSES; pass++) {
    yield* takeImages();
    count = yield* orthonormalise(
      count,
      (axis) => row(model.images, axis),
      (axis) => row(model.nextAxes, axis),
    );
    if (count === 0) return 0;
  }

  // The covariance within the subspace, whose eigenvectors are the principal axes.
  yield* takeImages();
  const within = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j <= i; j++) {
      const value =
        (inner(row(model.nextAxes, i), row(model.images, j)) +
          inner(row(model.nextAxes, j), row(model.images, i))) /
        2;
      within[i * count + j] = within[j * count + i] = value;
    }
    yield;
  }
  const { vectors } = yield* eigenOf(within, count);
  for (let i = 0; i < count; i++) {
    const turned = row(model.images, i);
    turned.fill(0);
    for (let j = 0; j < count; j++) addTimes(turned, vectors[i * count + j] ?? 0, row(model.nextAxes, j));
    yield;
  }
  for (let i = 0; i < count; i++) row(model.nextAxes, i).set(row(model.images, i));
  const stretch = yield* stretchOf(count, (axis) => row(model.nextAxes, axis));
  for (let i = 0; i < count; i++) {
    const axis = row(model.nextAxes, i);
    for (let j = 0; j < floats; j++) axis[j] = (axis[j] ?? 0) / stretch;
  }
  return count;
}

/** Writes the mean of the sample, and answers the root of the mean squared distance from it. */
function* learnMean(space: VectorSpace, mean: Float32Array, sample: Uint32Array): Generator<void, number> {
  const sums = new Float64Array(mean.length);
  for (const slot of sample) {
    const vector = space.readVector(slot);
    for (let i = 0; i < vector.length; i++) sums[i] = (sums[i] ?? 0) + (vector[i] ?? 0);
    yield;
  }
  for (let i = 0; i < mean.length; i++) mean[i] = (sums[i] ?? 0) / sample.length;
  let squares = 0;
  for (const slot of sample) {
    const vector = space.readVector(slot);
    for (let i = 0; i < vector.length; i++) squares += ((vector[i] ?? 0) - (mean[i] ?? 0)) ** 2;
    yield;
  }
  return Math.sqrt(squares / sample.length);
}

/**
 * Gram and Schmidt, twice for each row, because once leaves the rounding of nearly parallel rows. Answers how many
 * rows there were that are not sums of others.
 */
function* orthonormalise(
  count: number,
  from: (row: number) => Float32Array,
  to: (row: number) => Float32Array,
): Generator<void, number> {
  let kept = 0;
  for (let i = 0; i < count; i++) {
    const candidate = Float32Array.from(from(i));
    const before = Math.sqrt(inner(candidate, candidate));
    for (let round = 0; round < 2; round++) {
      for (let j = 0; j < kept; j++) addTimes(candidate, -inner(candidate, to(j)), to(j));
    }
    const after = Math.sqrt(inner(candidate, candidate));
    if (after > before * RANK_TOLERANCE) {
      const row = to(kept);
      for (let k = 0; k < row.length; k++) row[k] = (candidate[k] ?? 0) / after;
      kept += 1;
    }
    yield;
  }
  return kept;
}

/** By how much at most a matrix with these rows lengthens a vector, but no less than 1. */
function* stretchOf(count: number, row: (row: number) => Float32Array): Generator<void, number> {
  // The norm of the rows' inner products is at most 1 and the Frobenius norm of their difference from those of
  // orthonormal rows.
  let excess = 0;
  for (let i = 0; i < count; i++) {
    for (let j = 0; j <= i; j++) {
      const miss = inner(row(i), row(j)) - (i === j ? 1 : 0);
      excess += miss * miss * (i === j ? 1 : 2);
    }
    yield;
  }
  // Rounding to 32 bits after the division moves each row by less than 2^-24.
  return Math.sqrt(1 + Math.sqrt(excess)) * (1 + Math.sqrt(count) * 2 ** -23);
}

function inner(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

function addTimes(target: Float32Array, factor: number, other: Float32Array): void {
  for (let i = 0; i < target.length; i++) target[i] = (target[i] ?? 0) + factor * (other[i] ?? 0);
}
