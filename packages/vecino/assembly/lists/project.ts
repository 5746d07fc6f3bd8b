// Vectors as lists see them. Where the data fill few of their dimensions, they are projected on principal axes
// first: centroids, tables and codes then cost what those few cost. What the axes miss, the tail, keeps its length:
//
//   |q - x|² = |Pq - Px|² + |tail of q|² + |tail of x|² - 2⟨tails⟩
//
// where the last product is of either sign and small; the slope of the bound is measured with it. The axes lie in such
// an order that every sub-quantizer gets its share of the spread: the eigenvalue allocation of OPQ (Ge, He, Ke and
// Sun, "Optimized product quantization", TPAMI 2014), which with as many axes as dimensions is that rotation.

import { dot, l2Squared, madd, sum } from '../distance';
import { floats, metric, query, vectorAt } from '../layout';
import { vectorOf } from '../original';
import { projectOn } from '../project';
import { extra, listQuery, mean, meanImage, projected, projection, reduced } from './layout';
import { isSampleProjected } from './state';

/** The squared length of the tail of the vector seen last. */
export let tail: f32 = 0;

/** A node's vector as lists see it: where it lies, or a copy that lasts until the next call. */
export function listVectorOf(node: u32): usize {
  const vector = vectorOf(node);
  if (projection == 0 || isSampleProjected()) {
    tail = 0;
    return vector;
  }
  project(vector, projected);
  return projected;
}

/** Writes what the axes make of the mean, which is taken off every projection. */
export function projectMean(): void {
  for (let i: u32 = 0; i < reduced; i++) {
    store<f32>(meanImage + (<usize>i << 2), dot(projection + ((<usize>i * floats) << 2), mean, floats));
  }
}

/** Puts projections in the place of the vectors of some nodes, which are the sample's and no records. */
export function projectNodes(from: u32, to: u32): void {
  for (let node = from; node < to; node++) {
    project(vectorAt(node), projected);
    memory.copy(vectorAt(node), projected, <usize>reduced << 2);
  }
}

/** Projects a vector of 32-bit floats. By inner product there is no mean to take off. */
export function project(vector: usize, to: usize): void {
  const stride = <usize>floats << 2;
  let square = f32x4.splat(0);
  for (let i: usize = 0; i < stride; i += 16) {
    const value = v128.load(vector + i);
    const from = metric == 0 ? f32x4.sub(value, v128.load(mean + i)) : value;
    square = madd(from, from, square);
  }
  projectOn(projection, reduced, vector, to);
  let kept = f32x4.splat(0);
  for (let i: usize = 0; i < <usize>reduced << 2; i += 16) {
    const image = metric == 0 ? f32x4.sub(v128.load(to + i), v128.load(meanImage + i)) : v128.load(to + i);
    v128.store(to + i, image);
    kept = madd(image, image, kept);
  }
  tail = max(sum(square) - sum(kept), 0);
}

/** The squared length of the query's tail. */
export let queryTail: f32 = 0;

/** Makes the lane's query what lists see of it. */
export function prepareListQuery(): void {
  if (projection == 0 || isSampleProjected()) {
    memory.copy(listQuery, query, <usize>reduced << 2);
    queryTail = 0;
    return;
  }
  project(query, listQuery);
  queryTail = tail;
}

/** The squared distance of the query from a centroid, as far as codes see it. */
export function squareTo(centroid: usize): f32 {
  const square = l2Squared(listQuery, centroid, reduced);
  if (projection != 0 || extra >= reduced) return square;
  const beyond = load<f32>(centroid + (<usize>extra << 2));
  return max(square - beyond * beyond, 0);
}
