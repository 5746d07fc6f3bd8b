import { SLOT_LIST_MAX } from '../../kernel/layout.ts';
import type { VectorSpace } from '../../kernel/vector-space.ts';
import type { FamilyBuilder } from '../family.ts';
import { ListsModel } from './model.ts';

/** Nodes of one call of the engine: a fraction of a millisecond. */
const LINKED = 32;

/** Bringing nodes into lists and taking them out; the arithmetic is in `assembly/lists/link.ts`. */
export const builder: FamilyBuilder = {
  independent: false,

  link(space: VectorSpace, slots: Uint32Array, deadline: number): number {
    const isReady = ListsModel.isReady(space);
    const encodes = space.layout.coded && space.layout.originals !== 'disk';
    let done = 0;
    while (done < slots.length) {
      const part = slots.subarray(done, done + Math.min(LINKED, SLOT_LIST_MAX));
      if (encodes) for (const node of part) space.engine.encodeRange(node, node + 1);
      if (isReady) {
        space.writeNodeList(part);
        space.engine.linkListed(part.length);
      } else {
        for (const node of part) space.setLinked(node, true);
      }
      done += part.length;
      if (performance.now() >= deadline) break;
    }
    if (isReady && new ListsModel(space).layout.capacity > 1) space.engine.splitLongest();
    return done;
  },

  mark(space: VectorSpace, slots: number, replaced: Uint32Array): number {
    for (const node of replaced) space.engine.unlinkNode(node);
    return replaced.length + space.engine.unlinkGone(0, slots);
  },

  repair: () => undefined,
  release: () => 0,
  unreachable: () => new Uint32Array(),
};
