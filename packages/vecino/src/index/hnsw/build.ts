import { POOL_MAX } from '../../kernel/layout.ts';
import type { VectorSpace } from '../../kernel/vector-space.ts';
import type { FamilyBuilder } from '../family.ts';
import { move, moveStages, order } from './move.ts';

/** Attempts to link to nodes that nothing leads to. */
const ROUNDS = 4;

/** Growing and mending the graph; the algorithms are in `assembly/hnsw/link.ts` and `repair.ts`. */
export const builder: FamilyBuilder = {
  independent: false,

  order,
  moveStages,
  move,

  link(space: VectorSpace, slots: Uint32Array, deadline: number): number {
    let done = 0;
    for (const slot of slots) {
      if (!space.isLinked(slot)) space.engine.link(slot, space.blocks);
      done += 1;
      if (performance.now() >= deadline) break;
    }
    return done;
  },

  mark(space: VectorSpace, slots: number, replaced: Uint32Array): number {
    for (const slot of replaced) space.engine.markReplaced(slot);
    return space.engine.markStale(0, slots);
  },

  repair(space: VectorSpace, from: number, to: number): void {
    space.engine.repair(from, to, space.blocks);
  },

  release(space: VectorSpace, slots: number): number {
    space.engine.moveEntry(slots);
    return space.engine.release(0, slots);
  },

  unreachable(space: VectorSpace, slots: number): Uint32Array {
    let count = space.engine.unreachable(slots, space.blocks);
    for (let round = 1; count > 0 && count <= POOL_MAX && round <= ROUNDS; round++) {
      // A list that is full gives up a link, which can cost another node its last: the last round does without.
      if (space.engine.reconnect(count, round < ROUNDS ? 1 : 0) === 0) break;
      count = space.engine.unreachable(slots, space.blocks);
    }
    return space.readPoolWords(Math.min(count, POOL_MAX));
  },
};
