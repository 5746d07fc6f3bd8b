import type { VectorSpace } from '../../kernel/vector-space.ts';
import type { FamilyBuilder } from '../family.ts';
import { TablesModel } from './model.ts';

/**
 * Bringing nodes in after the tables were laid; the arithmetic is in `assembly/lsh/buckets.ts`. An entry whose node has
 * left stays where it is, and searches pass it by, so nothing is ever mended.
 */
export const builder: FamilyBuilder = {
  independent: true,

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
    return count;
  },

  repair: () => undefined,
  release: () => 0,
  unreachable: () => new Uint32Array(),
};
