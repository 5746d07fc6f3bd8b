import { TimeSlice } from '../base/time-slice.ts';
import type { CollectionState } from './collection-state.ts';

/** Ids looked up in one go, so that long batches leave the event loop free. */
const LOOKUP_IDS = 500;
/** Whether a record is there, and has not expired. */
export function isThere(state: CollectionState, slot: number | undefined): slot is number {
  return slot !== undefined && !state.slots.isExpired(slot);
}

/** The slots of ids, looked up in slices. Those of records that have expired by now are told by `isThere`. */
export async function slotsOf(
  state: CollectionState,
  ids: readonly string[],
): Promise<(number | undefined)[]> {
  await state.whole();
  const { namespace } = state;
  const slots: (number | undefined)[] = [];
  const slice = new TimeSlice();
  for (let from = 0; from < ids.length; from += LOOKUP_IDS) {
    slots.push(...state.store.reader.slotsOf(state.id, namespace, ids.slice(from, from + LOOKUP_IDS)));
    await slice.pause();
  }
  return slots;
}
