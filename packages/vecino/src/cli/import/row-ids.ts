import { createHash } from 'node:crypto';

/**
 * Ids for rows that bring none, the same whenever the same file is read: so that a batch which was stored, but
 * not yet noted as stored when the process died, is written over itself instead of a second time.
 *
 * Each id is a hash of the id before it and the row's text, and the first starts from the file's path. So rows
 * that are equal keep ids of their own, rows appended later leave the earlier ids alone, and another content
 * under the same path never overwrites what an earlier one brought.
 */
export class RowIds {
  private hash: string;

  /** @param state the `state` of earlier ids to go on from, or a name for the whole input */
  constructor(state: string) {
    this.hash = state;
  }

  get state(): string {
    return this.hash;
  }

  next(rowText: string | Uint8Array): string {
    this.hash = createHash('sha256').update(this.hash).update('\n').update(rowText).digest('hex');
    return this.hash.slice(0, 32);
  }
}
