import { TimeSlice } from '../../base/time-slice.ts';
import type { VectorSpace } from '../../kernel/vector-space.ts';

/** Nodes that are made room for in one go: some 2 MB of links are written for them. */
const STEP = 16_384;

/** Makes room for many nodes; for a million at once the event loop would be held for a tenth of a second. */
export async function reserveInSlices(space: VectorSpace, nodes: number): Promise<void> {
  const slice = new TimeSlice();
  for (let room = STEP; room < nodes; room += STEP) {
    space.reserve(room);
    await slice.pause();
  }
  space.reserve(nodes);
}
