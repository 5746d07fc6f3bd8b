import type { StoredRow } from '../storage/store.ts';
import type { CollectionState } from './collection-state.ts';
import { catchUp } from './follow.ts';

/** What was read, and whether index and store were of the same moment. */
export interface Read {
  readonly whole: boolean;
}

/**
 * Reads index and store together.
 *
 * A write is first committed and then shown to the index. Who reads both in between finds rows missing, or
 * newer than the index knows them; the read is then repeated while no write is under way. Beside a process that
 * writes, it is repeated with the store as it was when the index caught up with it.
 */
export async function readWhole<T extends Read>(
  state: CollectionState,
  read: () => T | Promise<T>,
): Promise<T> {
  // What has expired may be removed from the store, and the index must not miss that.
  if (!state.store.writer && state.expiry.isDue) return inStep(state, read);
  const answer = await read();
  return answer.whole ? answer : inStep(state, read);
}

/** Runs something while index and store are of the same moment. */
export function inStep<T>(state: CollectionState, task: () => T | Promise<T>): Promise<T> {
  const { reader, writer } = state.store;
  return state.writes.runNext(() => {
    state.requireOpen();
    if (writer) return task();
    return reader.atOneMoment(async () => {
      await catchUp(state);
      return task();
    });
  });
}

/** Whether a row is there as it was when the index had seen this change: nothing has been written to it since. */
export function isAsOf(seen: number, row: StoredRow | undefined): row is StoredRow {
  return row !== undefined && row.seq <= seen;
}
