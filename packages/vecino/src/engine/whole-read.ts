import type { StoredRow } from '../storage/store.ts';
import type { CollectionState } from './collection-state.ts';
import { catchUp } from './follow.ts';

/**
 * Attempts before a reader gives in to a writing process that changes what it finds each time. In the writing
 * process the second attempt is always whole.
 */
const ATTEMPTS = 8;

/** What was read, and whether index and store were of the same moment. */
export interface Read {
  readonly whole: boolean;
}

/**
 * Reads index and store together.
 *
 * A write is first committed and then shown to the index. Who reads both in between finds rows missing, or
 * newer than the index knows them; the read is then repeated while no write is under way.
 */
export async function readWhole<T extends Read>(
  state: CollectionState,
  read: () => T | Promise<T>,
): Promise<T> {
  let answer = await read();
  for (let attempt = 1; !answer.whole && attempt < ATTEMPTS; attempt++) {
    answer = await state.writes.runNext(async () => {
      state.requireOpen();
      if (!state.store.writer) await catchUp(state);
      return read();
    });
  }
  return answer;
}

/** Whether a row is there as it was when the index had seen this change: nothing has been written to it since. */
export function isAsOf(seen: number, row: StoredRow | undefined): row is StoredRow {
  return row !== undefined && row.seq <= seen;
}
