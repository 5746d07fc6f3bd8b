/**
 * Relaying: the nodes of a memory are laid out anew in another one, without gaps and, where the family knows better
 * than the order of arrival, with those together that searches want together. They then find rows on pages and in
 * caches that they have just touched. These are the pieces that workers do; `engine/index/relay-segment.ts` puts them
 * together.
 */
import { assert } from '../base/assert.ts';
import { copyNodes } from '../kernel/copy-nodes.ts';
import { BLOCK_SLOTS } from '../kernel/layout.ts';
import type { VectorSpace } from '../kernel/vector-space.ts';
import type { Family, Move } from './family.ts';

/** Stands in maps of nodes for one that was left behind. */
export const LEFT_BEHIND = 0xffffffff;

/**
 * The nodes that are laid out anew, of those below `nodes`, in their order: that of the structure, where the builder
 * knows one and takes it over; of all live nodes, linked or not, where the structure is filled anew.
 */
export function layingOrder(space: VectorSpace, family: Family, nodes: number): Uint32Array {
  const order = family.builder?.order?.(space, nodes);
  if (order) return shared(order);
  const live = new Uint32Array(nodes);
  let count = 0;
  for (let node = 0; node < nodes; node++) if (space.isLive(node)) live[count++] = node;
  return shared(live.subarray(0, count));
}

/** Nodes with the keys that they are laid out by. */
export interface Keyed {
  readonly order: Uint32Array;
  readonly keys: Uint32Array;
}

/** Brings nodes into the order of their keys; those of equal keys stay as they are. */
export function sortedByKey({ order, keys }: Keyed): Keyed {
  let most = 0;
  for (const key of keys) most = Math.max(most, key);
  // Counting: where the nodes of each key begin, then each to its place.
  const place = new Uint32Array(most + 2);
  for (const key of keys) place[key + 1] = (place[key + 1] ?? 0) + 1;
  for (let key = 1; key < place.length; key++) place[key] = (place[key] ?? 0) + (place[key - 1] ?? 0);
  const sorted = { order: sharedArray(order.length), keys: sharedArray(order.length) };
  for (const [i, key] of keys.entries()) {
    const at = place[key] ?? 0;
    place[key] = at + 1;
    sorted.order[at] = order[i] ?? 0;
    sorted.keys[at] = key;
  }
  return sorted;
}

/** Where each node below `nodes` comes to lie: the way back of an order. */
export function placesOf(order: Uint32Array, nodes: number): Uint32Array {
  const places = sharedArray(nodes).fill(LEFT_BEHIND);
  for (const [node, old] of order.entries()) places[old] = node;
  return places;
}

/** Does all that compaction of a structure does which is taken over, in one go on this thread. */
export function moveNodes(
  source: VectorSpace,
  target: VectorSpace,
  family: Family,
  order: Uint32Array,
): void {
  assert(source.layout.storedBytes === target.layout.storedBytes, 'both memories are of one layout');
  target.copyCodeRange(source);
  copyNodes(source, target, { order, first: 0, end: order.length });
  const { builder } = family;
  const move: Move = { source, target, order, newOf: placesOf(order, source.blocks * BLOCK_SLOTS) };
  for (const { name, items, grain } of builder?.moveStages?.(order.length) ?? []) {
    for (let from = 0; from < items; from += grain) {
      builder?.move?.(move, name, from, Math.min(items, from + grain));
    }
  }
}

/** Does all of a task of learning in one go. */
export function runToEnd(work: void | Generator<void, void>): void {
  while (work && !work.next().done);
}

/** Room for numbers that all threads read and write. */
export function sharedArray(length: number): Uint32Array<SharedArrayBuffer> {
  return new Uint32Array(new SharedArrayBuffer(length * 4));
}

function shared(numbers: Uint32Array): Uint32Array {
  const copy = sharedArray(numbers.length);
  copy.set(numbers);
  return copy;
}
