import type { VectorSpace } from '../../kernel/vector-space.ts';
import type { FamilyBuilder } from '../family.ts';
import { FlatModel } from './model.ts';

/** Sketching slots, which stand each for itself; the arithmetic is in `assembly/flat/sketch.ts`. */
export const builder: FamilyBuilder = {
  independent: true,

  link(space: VectorSpace, slots: Uint32Array, deadline: number): number {
    const hasSketches = FlatModel.usable(space) !== undefined;
    let done = 0;
    for (const slot of slots) {
      if (hasSketches) space.engine.sketchSlot(slot);
      else space.setLinked(slot, true);
      done += 1;
      if (performance.now() >= deadline) break;
    }
    return done;
  },

  /** Takes out what was removed or replaced while a worker had it in hand; all other slots are out already. */
  mark(space: VectorSpace, slots: number, replaced: Uint32Array): number {
    let count = 0;
    const takeOut = (slot: number) => {
      space.setLinked(slot, false);
      count += 1;
    };
    for (const slot of replaced) takeOut(slot);
    for (let slot = 0; slot < slots; slot++) if (space.isLinked(slot) && !space.isLive(slot)) takeOut(slot);
    return count;
  },

  repair: () => undefined,
  release: () => 0,
  unreachable: () => new Uint32Array(),
};
