import type { VecinoError } from '../../base/errors.ts';
import type { FileRecord } from './file-records.ts';
import type { ImportTarget } from './import-target.ts';
import type { Checkpoint } from './journal.ts';
import { isRecordFault } from './row-faults.ts';

/** What becomes of a batch's records. */
export interface StoreEvents {
  /** Everything up to this checkpoint is durable. */
  readonly stored: (
    checkpoint: Checkpoint,
    lastId: string,
    lastNamespace: string | undefined,
  ) => Promise<void>;
  /** The database refuses this record; throws where the import ends by it. */
  readonly refused: (record: FileRecord, error: VecinoError) => void;
}

/**
 * Stores a batch, in one transaction for each namespace that it has records of. Where the database refuses it because of one record, halves it until that
 * record is alone: it says which code, but a batch is all or nothing, and so everything before the record gets
 * stored, and everything after it where bad records are skipped. Refusing costs no write. What a part of the batch
 * has stored before is written over itself.
 */
export async function storeBatch(
  target: ImportTarget,
  batch: readonly FileRecord[],
  events: StoreEvents,
): Promise<void> {
  const records = latestOfEachId(batch);
  const last = records.at(-1);
  if (last === undefined) return;
  try {
    for (const [namespace, part] of Map.groupBy(records, namespaceIn(target))) {
      const inputs = part.map(({ record }) => record);
      await target.upsert(inputs, namespace);
    }
  } catch (error) {
    if (!isRecordFault(error)) throw error;
    if (batch.length === 1) {
      events.refused(last, error);
      return;
    }
    // The whole batch, not the latest of each id: a record that is refused must not replace an earlier one.
    const middle = batch.length >>> 1;
    await storeBatch(target, batch.slice(0, middle), events);
    await storeBatch(target, batch.slice(middle), events);
    return;
  }
  await events.stored(last.checkpoint, last.record.id, namespaceIn(target)(last));
}

/** Where a record goes: what its row says comes before what the command line says. */
function namespaceIn(target: ImportTarget): (record: FileRecord) => string | undefined {
  return ({ namespace }) => namespace ?? target.namespace;
}

/**
 * One write cannot hold an id twice; in a file, what comes later replaces what came before. (Cutting the batch
 * where an id returns would do too, but makes a transaction of every few rows of a log of changes.)
 */
function latestOfEachId(batch: readonly FileRecord[]): readonly FileRecord[] {
  const latest = new Map<string, FileRecord>();
  for (const record of batch) {
    const key = JSON.stringify([record.namespace, record.record.id]);
    latest.delete(key);
    latest.set(key, record);
  }
  return [...latest.values()];
}
