/**
 * Compaction: the nodes of a memory are laid out anew in another one, without gaps and, where the family knows
 * better than the order of arrival, with neighbours near to each other. A walk then finds the rows of a node's
 * neighbours on pages and in caches that it has just touched.
 */
import { assert } from '../base/assert.ts';
import { BLOCK_SLOTS } from '../kernel/layout.ts';
import type { VectorSpace } from '../kernel/vector-space.ts';
import type { Family } from './family.ts';

/** Stands in maps of nodes for one that was left behind. */
export const LEFT_BEHIND = 0xffffffff;

/** The nodes of the structure in the order in which compaction lays them, of those below `nodes`. */
export function layingOrder(space: VectorSpace, family: Family, nodes: number): Uint32Array {
  const order = family.builder?.order?.(space, nodes);
  if (order) return order;
  const linked = new Uint32Array(nodes);
  let count = 0;
  for (let node = 0; node < nodes; node++) if (space.isLinked(node)) linked[count++] = node;
  return linked.slice(0, count);
}

/**
 * Copies nodes into an empty memory that has room for them: the one that stands at place i of `order` becomes
 * node i. Nothing may be linked or mended meanwhile.
 */
export function moveNodes(
  source: VectorSpace,
  target: VectorSpace,
  family: Family,
  order: Uint32Array,
): void {
  assert(source.layout.storedBytes === target.layout.storedBytes, 'both memories are of one layout');
  const { slots, vectors, vectorStride, codeRegions, linked } = source.layout;
  target.copyCodeRange(source);
  for (const [region, stride] of [
    [slots, 4],
    [vectors, vectorStride],
    ...codeRegions,
    [linked, 1],
  ] as const) {
    if (stride > 0) target.copyRows(source, order, region, stride);
  }
  if (!family.builder?.move) return;
  const newOf = new Uint32Array(source.blocks * BLOCK_SLOTS).fill(LEFT_BEHIND);
  for (const [node, old] of order.entries()) newOf[old] = node;
  family.builder.move(source, target, order, newOf);
}
