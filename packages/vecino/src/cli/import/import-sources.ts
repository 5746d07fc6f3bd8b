import { setTimeout as delay } from 'node:timers/promises';
import type { Collection } from '../../api/collection.ts';
import { interrupted } from '../interrupt.ts';
import type { Output } from '../output.ts';
import { type Progress, showProgress } from '../progress.ts';
import { FileImport, type FileOutcome, type ImportSettings } from './file-import.ts';
import type { ImportTarget } from './import-target.ts';
import type { InputFile } from './input-file.ts';
import type { InputFormat } from './input-format.ts';
import { ImportJournal } from './journal.ts';

export interface ImportSource {
  readonly file: InputFile;
  readonly format: InputFormat;
}

const LOOK_MS = 200;

/** Imports files one after the other, under one progress display. */
export async function importSources(
  sources: readonly ImportSource[],
  target: ImportTarget,
  settings: ImportSettings,
  output: Output,
): Promise<FileOutcome[]> {
  const sizes = sources.map(({ file }) => file.identity?.bytes);
  const total = sizes.reduce<number | undefined>((sum, size) => add(sum, size), 0);
  const start = { done: 0, total, records: 0 };
  using progress = showProgress(output, { what: 'importing', unit: 'bytes', start });
  const outcomes: FileOutcome[] = [];
  let bytesBefore = 0;
  let recordsBefore = 0;
  for (const { file, format } of sources) {
    const journal =
      file.identity && hasFolder(target)
        ? new ImportJournal(target.location, journalKey(target, file, format))
        : undefined;
    let bytesOfFile = 0;
    const watcher = {
      resumed: (bytes: number, records: number) => progress.skip(bytes, records),
      advanced: (bytes: number, records: number) => {
        bytesOfFile = bytes;
        progress.update({ done: bytesBefore + bytes, total, records: recordsBefore + records });
      },
    };
    const outcome = await new FileImport(file, format.reading, target, journal, settings, watcher).run();
    outcomes.push(outcome);
    bytesBefore += file.identity?.bytes ?? bytesOfFile;
    recordsBefore += outcome.records;
  }
  return outcomes;
}

/** An engine elsewhere has no folder for notes; what is imported again writes over itself. */
function hasFolder({ location }: ImportTarget): boolean {
  return !location.includes('://');
}

/** Waits until the index is as it is to stay, so that the first search after the import finds it ready. */
export async function finishIndex(
  collection: Collection,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  await changeOver(collection, output, signal);
  await linkAll(collection, output, signal);
}

/** A collection that chooses its index for itself may just have grown out of the one that it has. */
async function changeOver(collection: Collection, output: Output, signal: AbortSignal): Promise<void> {
  const { index, vectors } = await collection.describe();
  const indexes = vectors
    ? Object.entries(vectors).map(([field, one]) => ({ field, index: one.index }))
    : [{ index }];
  for (const { index, ...which } of indexes) {
    if (index.family !== 'auto') continue;
    const start = { done: 0, total: undefined, records: 0 };
    using progress = showProgress(output, { what: 'indexing', unit: 'records', start });
    await collection.reindex(index, {
      ...which,
      signal,
      onProgress: ({ records, total }) => progress.update({ done: records, total, records }),
    });
  }
}

async function linkAll(collection: Collection, output: Output, signal: AbortSignal): Promise<void> {
  const total = (await collection.stats()).index.pending;
  if (total === 0) return;
  const flushed = collection.flush().then(() => true);
  // Awaited in the loop below only as long as nobody interrupts.
  flushed.catch(() => undefined);
  using progress = showProgress(output, {
    what: 'indexing',
    unit: 'records',
    start: { done: 0, total, records: 0 },
  });
  while (!(await Promise.race([flushed, delay(LOOK_MS, false)]))) {
    if (signal.aborted) throw indexingInterrupted(collection.name);
    await showPending(collection, total, progress);
  }
}

async function showPending(collection: Collection, total: number, progress: Progress): Promise<void> {
  const { index } = await collection.stats();
  const done = Math.max(0, total - index.pending);
  progress.update({ done, total, records: done });
}

function indexingInterrupted(name: string) {
  const rest = 'all records are stored; the index links the rest when the folder is opened for writing next';
  return interrupted(`collection "${name}": interrupted while indexing: ${rest}`);
}

function journalKey(target: ImportTarget, file: InputFile, format: InputFormat) {
  const { name: collection, namespace } = target;
  return { collection, ...(namespace !== undefined && { namespace }), path: file.path, reading: format.key };
}

function add(sum: number | undefined, size: number | undefined): number | undefined {
  return sum === undefined || size === undefined ? undefined : sum + size;
}
