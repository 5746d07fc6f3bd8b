import { TimeSlice } from '../../base/time-slice.ts';
import type { Place } from './index-upkeep.ts';
import { reserveInSlices } from './reserve-in-slices.ts';

/** What compaction needs of a segment. */
export interface Compactable extends Place {
  memory: Place['memory'];
  nodes: Place['nodes'];
  touched: Set<number> | undefined;
  another(): Place;
}

/** Nodes between two chances to pause. */
const SLICE = 256;
/** With at most this many touched slots left, they are taken over in one go. */
const LAST = 64;

/**
 * Copies the structure into a new memory, laid out by the family, and puts it in the old one's place. To be
 * called while the structure stands still; searches and writes go on all the time:
 *
 * 1. From the start, the slots that writes touch are noted.
 * 2. A worker copies the nodes of the structure.
 * 3. In slices, the owner makes the states of the copies, then takes over what was touched meanwhile.
 * 4. When next to nothing is left, the rest and the exchange happen in one go.
 */
export async function compactSegment(segment: Compactable): Promise<void> {
  const old: Place = { memory: segment.memory, nodes: segment.nodes };
  const touched = new Set(old.nodes.pendingSlots());
  segment.touched = touched;
  const next = segment.another();
  try {
    const order = await old.memory.run('order', { nodes: old.nodes.allocator.end });
    await reserveInSlices(next.memory.space, order.length);
    await old.memory.run('move', { order, target: next.memory.space.shared });

    const slice = new TimeSlice();
    for (const [node, from] of order.entries()) {
      next.nodes.moved(node, old.nodes.standing(from) === 'live');
      if (node % SLICE === 0) await slice.pause();
    }
    while (touched.size > LAST) {
      for (const slot of [...touched]) {
        touched.delete(slot);
        takeOver(old, next, slot);
        await slice.pause();
      }
    }
    for (const slot of touched) takeOver(old, next, slot);
  } catch (error) {
    next.memory.release();
    throw error;
  } finally {
    segment.touched = undefined;
  }
  // Some may be gone since they were found.
  const stranded = old.nodes.strandedSlots.flatMap((slot) => next.nodes.nodeOf(slot) ?? []);
  next.nodes.setStranded(Uint32Array.from(stranded));
  segment.memory = next.memory;
  segment.nodes = next.nodes;
  void old.nodes.searchesToEnd().then(() => old.memory.release());
}

/** Brings one slot of the new memory to where it stands in the old one. What is set aside only, `put` places. */
function takeOver(old: Place, next: Place, slot: number): void {
  const from = old.nodes.nodeOf(slot);
  const to = next.nodes.nodeOf(slot);
  if (from === undefined || !old.nodes.live.has(from)) {
    if (to !== undefined) next.nodes.remove(to);
    return;
  }
  const node = to ?? next.nodes.place(slot);
  next.memory.space.copyVector(node, old.memory.space, from);
  if (to !== undefined && old.nodes.standing(from) === 'live') next.nodes.revive(to);
  else next.nodes.put(node);
}
