import type { VectorSpace } from '../../kernel/vector-space.ts';
import { lengthOf } from '../../vector/prepare.ts';
import { type Choice, shapeOf } from './choose.ts';
import { COARSE, FINE, FlatModel, type Sketch } from './model.ts';
import { writeRotation } from './rotation.ts';
import type { Learnt } from './sample.ts';

/** The share of sampled slots that the scale of the codes, and the slack of the bounds, covers. */
const COVERED = 0.999;
/** Slots that come later may be a little worse than those of the sample. */
const MARGIN = 1.02;
/** Codes are 0 to 127 with 64 in the middle. */
const CODE_REACH = 63.4;

/** Makes what was learnt the model: writes axes and rotations, then scales the codes by the sample. Yields often. */
export function* adoptSketches(space: VectorSpace, next: Learnt, choice: Choice): Generator<void, void> {
  const model = new FlatModel(space);
  model.disuse(next.records);
  const { kernel, floats, vectorStride } = space.layout;
  const { layout } = model;
  const { axes, sample } = next;
  const copy = (from: number, to: number, count: number) =>
    space.floatsAt(to, count).set(space.floatsAt(from, count));
  copy(layout.nextMean, layout.mean, floats);
  copy(layout.nextAxes, layout.axes, (axes * vectorStride) / 4);
  const lengths = [...sample].map((slot) => lengthOf(space.readVector(slot)));
  model.use(axes, coveredBy(lengths) * MARGIN, next.records);
  const sketches: Sketch[] = choice.fine === 0 ? [COARSE] : [COARSE, FINE];
  model.cut(FINE, { bytes: 0, axes: 0, hasTail: false });
  for (const sketch of sketches) {
    const bytes = sketch === COARSE ? choice.coarse : choice.fine;
    const shape = shapeOf(bytes, { axes, floats, mayOmitTail: kernel === 'l2' });
    model.cut(sketch, { bytes, ...shape });
    const rotation = model.rotation(sketch, bytes);
    const rotationError = writeRotation(rotation, bytes).error;
    yield;
    const { step, tailCentre } = yield* scaleOf(next, shape, rotation, bytes);
    model.scale(sketch, {
      step,
      tailCentre,
      rotationError,
      slack: Number.MAX_VALUE,
      reach: Number.MAX_VALUE,
    });
  }
  // The errors of sketches that are made as all will be.
  const errors = new Map(
    sketches.map((sketch) => [sketch, { error: [] as number[], reach: [] as number[] }]),
  );
  for (const slot of sample) {
    space.engine.sketchSlot(slot);
    for (const [sketch, { error, reach }] of errors) {
      error.push(space.engine.lastError(sketch));
      reach.push(space.engine.lastReach(sketch));
    }
    yield;
  }
  for (const [sketch, { error, reach }] of errors) {
    model.scale(sketch, { slack: coveredBy(error) * MARGIN, reach: coveredBy(reach) * MARGIN });
  }
  model.use(axes, coveredBy(lengths) * MARGIN, next.records);
}

/** The step of the codes that covers the coordinates of nearly all of the sample, and the mean of their tails. */
function* scaleOf(
  { axes: stride, coordinates, lengths }: Learnt,
  { axes, hasTail }: { readonly axes: number; readonly hasTail: boolean },
  rotation: Float32Array,
  bytes: number,
): Generator<void, { readonly step: number; readonly tailCentre: number }> {
  const rows = lengths.length;
  const tails = Float64Array.from(lengths, (length, row) => {
    let left = length;
    for (let axis = 0; axis < axes; axis++) left -= (coordinates[row * stride + axis] ?? 0) ** 2;
    return Math.sqrt(Math.max(0, left));
  });
  const tailCentre = hasTail ? tails.reduce((sum, tail) => sum + tail, 0) / rows : 0;
  const largest: number[] = [];
  const values = new Float64Array(axes + (hasTail ? 1 : 0));
  for (let row = 0; row < rows; row++) {
    for (let axis = 0; axis < axes; axis++) values[axis] = coordinates[row * stride + axis] ?? 0;
    if (hasTail) values[axes] = (tails[row] ?? 0) - tailCentre;
    let most = 0;
    for (let i = 0; i < bytes; i++) {
      let value = 0;
      for (let j = 0; j < values.length; j++) value += (rotation[i * bytes + j] ?? 0) * (values[j] ?? 0);
      most = Math.max(most, Math.abs(value));
    }
    largest.push(most);
    yield;
  }
  return { step: coveredBy(largest) / CODE_REACH, tailCentre };
}

/** The value that nearly all of these are below. */
function coveredBy(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.floor((sorted.length - 1) * COVERED)] ?? 0;
}
