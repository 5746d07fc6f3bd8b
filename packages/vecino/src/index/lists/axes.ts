import type { VectorSpace } from '../../kernel/vector-space.ts';
import { learnAxes } from '../../quantizer/principal-axes.ts';
import { ListsModel } from './model.ts';

/** Vectors that axes are learnt from. */
const SAMPLE = 2_048;

/**
 * Learns the axes that vectors are projected on, in such an order that every sub-quantizer gets its share of the spread.
 * Takes seconds at many dimensions, and yields often.
 */
export function* learnProjection(space: VectorSpace, sample: number): Generator<void, void> {
  const { engine } = space;
  const { floats } = space.layout;
  const { axes, width, mean, projection, images, subspaces } = new ListsModel(space).layout;
  const nodes = Uint32Array.from({ length: Math.min(sample, SAMPLE) }, (_, node) => node);
  const learnt = yield* learnAxes(space, { nextMean: mean, nextAxes: projection, images }, nodes, axes);
  const row = (axis: number) => space.floatsAt(projection + axis * floats * 4, floats);
  // Data of fewer dimensions than axes: the rest of them see nothing.
  for (let axis = learnt; axis < axes; axis++) row(axis).fill(0);
  const spread = new Float64Array(axes);
  for (const node of nodes) {
    engine.projectSlot(node, axes);
    const coordinates = space.floatsAt(engine.projected(), axes);
    for (const [axis, value] of coordinates.entries()) spread[axis] = (spread[axis] ?? 0) + value * value;
    yield;
  }
  const rows = Array.from({ length: axes }, (_, axis) => row(axis).slice());
  for (const [place, axis] of allocated(spread, subspaces, width).entries()) {
    const from = rows[axis];
    if (from) row(place).set(from);
  }
  engine.projectMean();
}

/**
 * The eigenvalue allocation: axes by falling spread go to the sub-quantizer whose product of spreads is least so far.
 * Answers the axes in their new order.
 */
function allocated(spread: Float64Array, subspaces: number, width: number): number[] {
  const parts = Array.from({ length: subspaces }, (): { axes: number[]; logarithm: number } => ({
    axes: [],
    logarithm: 0,
  }));
  const falling = [...spread.keys()].sort((a, b) => (spread[b] ?? 0) - (spread[a] ?? 0));
  const least = Math.max(Number.MIN_VALUE, spread[falling.at(-1) ?? 0] ?? 0);
  for (const axis of falling) {
    const open = parts.filter((part) => part.axes.length < width);
    const emptiest = open.reduce((best, part) => (part.logarithm < best.logarithm ? part : best));
    emptiest.axes.push(axis);
    // At least a little, so that axes of no spread are shared out too.
    emptiest.logarithm += 1e-3 + Math.log(Math.max(Number.MIN_VALUE, spread[axis] ?? 0) / least);
  }
  return parts.flatMap((part) => part.axes);
}
