import type { VectorSpace } from '../../kernel/vector-space.ts';
import type { FamilyBuilder } from '../family.ts';
import { TablesModel } from './model.ts';

/**
 * Bringing nodes into buckets and taking them out; the arithmetic is in `assembly/lsh/chains.ts`. What is removed stays
 * in its buckets, where searches pass it by, until all of it is swept out together: chains are linked one way.
 */
export const builder: FamilyBuilder = {
  independent: false,

  link(space: VectorSpace, slots: Uint32Array, deadline: number): number {
    const isReady = TablesModel.isReady(space);
    const encodes = space.layout.coded && space.layout.originals !== 'disk';
    let done = 0;
    for (const node of slots) {
      if (encodes) space.engine.encodeRange(node, node + 1);
      if (isReady) space.engine.insertNode(node);
      else space.setLinked(node, true);
      done += 1;
      if (performance.now() >= deadline) break;
    }
    return done;
  },

  mark(space: VectorSpace, slots: number, replaced: Uint32Array): number {
    let count = 0;
    const takeOut = (node: number) => {
      space.setLinked(node, false);
      count += 1;
    };
    for (const node of replaced) takeOut(node);
    for (let node = 0; node < slots; node++) if (space.isLinked(node) && !space.isLive(node)) takeOut(node);
    if (TablesModel.isReady(space)) space.engine.sweepTables();
    return count;
  },

  repair: () => undefined,
  release: () => 0,
  unreachable: () => new Uint32Array(),
};
