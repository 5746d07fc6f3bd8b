// What learning asks of the engine about codes that are not in any list: how good estimates are.

import { dot, l2Squared } from '../distance';
import { entryOf, keyOf } from '../entry';
import { floats, metric, pool, query } from '../layout';
import { insert } from '../pool';
import { vectorOf } from '../original';
import { nearestCodeword } from './codebook';
import { lastFactor, lastTerm, measureCode } from './codes';
import {
  centroidAt, codebookAt, codewords, endOf, extra, firstOf, listQuery, placeAt, ranked, reduced, residual, spreadAt,
  subspaces,
} from './layout';
import { listVectorOf, prepareListQuery, queryTail, squareTo, tail } from './project';
import { listCount } from './state';

/** Makes a node the lane's query, and what lists see of it. */
export function queryNode(node: u32): void {
  memory.copy(query, vectorOf(node), <usize>floats << 2);
  if (extra < floats) store<f32>(query + (<usize>extra << 2), 0);
  prepareListQuery();
}

/** Leaves in the pool the nearest of the first nodes to the lane's query, live or not. Answers the number of entries. */
export function scanNearest(nodes: u32, k: u32): u32 {
  let size: u32 = 0;
  for (let node: u32 = 0; node < nodes; node++) {
    const vector = vectorOf(node);
    const far = metric == 0 ? l2Squared(query, vector, floats) : -dot(query, vector, floats);
    const entry = entryOf(keyOf(far), node);
    if (size == k && entry >= load<u64>(pool + (<usize>(k - 1) << 3))) continue;
    insert(pool, size, k, entry);
    if (size < k) size += 1;
  }
  return size;
}

/** The squared distance of the lane's query from the centroid of a list, as a search sees it. */
export function squareToList(list: u32): f32 {
  return squareTo(centroidAt(list)) + queryTail;
}

/** Measures how far what each list has of the first nodes lies from its centroid, in the mean. */
export function measureSpreads(nodes: u32): void {
  const lists = listCount();
  memory.fill(ranked, 0, <usize>lists << 3);
  let total: f32 = 0;
  for (let node: u32 = 0; node < nodes; node++) {
    const list = load<u32>(placeAt(node));
    const square = residualSquare(node, list);
    const at = ranked + (<usize>list << 3);
    store<f32>(at, load<f32>(at) + square);
    store<u32>(at, load<u32>(at, 4) + 1, 4);
    total += square;
  }
  const mean = total / <f32>max(nodes, 1);
  for (let list: u32 = 0; list < lists; list++) {
    const at = ranked + (<usize>list << 3);
    const count = load<u32>(at, 4);
    const own = count == 0 ? mean : load<f32>(at) / <f32>count;
    // A list of one vector many times over is no reason to probe it always.
    store<f32>(spreadAt(list), max(own, mean * SPREAD_MIN));
  }
}

/** Of the mean of all lists. */
const SPREAD_MIN: f32 = 1 / <f32>64;

/** The squared distance of a node from the centroid of a list. */
export function residualSquare(node: u32, list: u32): f32 {
  const square = l2Squared(listVectorOf(node), centroidAt(list), reduced);
  return square + tail;
}

/** How many lists are nearer to the lane's query than that of a node of the sample. */
export function listsBefore(node: u32): u32 {
  const own = rankOf(load<u32>(placeAt(node)));
  let before: u32 = 0;
  for (let list: u32 = 0; list < listCount(); list++) if (rankOf(list) < own) before += 1;
  return before;
}

@inline function rankOf(list: u32): f32 {
  const centroid = centroidAt(list);
  return metric == 0 ? l2Squared(listQuery, centroid, reduced) : -dot(listQuery, centroid, reduced);
}

/**
 * By how much the estimate of a node of the sample is too large for the lane's query, as a share of what bounds
 * allow for: its factor times the distance of the query from its centroid. `exact` is what is estimated: the squared
 * distance, or the inner product times -2.
 */
export function estimateError(node: u32, exact: f32): f32 {
  const list = load<u32>(placeAt(node));
  measureCode(node, list);
  const factor = lastFactor();
  const centroid = centroidAt(list);
  const far = sqrt(squareTo(centroid));
  if (factor == 0 || far == 0) return 0;
  let coded: f64 = 0;
  for (let subspace: u32 = 0; subspace < subspaces; subspace++) {
    const first = firstOf(subspace);
    const word = nearestCodeword(subspace, residual + (<usize>first << 2));
    for (let i = first; i < endOf(subspace); i++) {
      const value = load<f32>(codebookAt(subspace) + (<usize>((i - first) * codewords + word) << 2));
      coded += <f64>load<f32>(listQuery + (<usize>i << 2)) * <f64>value;
    }
  }
  const base = metric == 0 ? far * far + queryTail : -2 * dot(listQuery, centroid, reduced);
  return (base + lastTerm() - factor * <f32>coded - exact) / (factor * far);
}
