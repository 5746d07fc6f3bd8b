/**
 * Opening: a collection with its snapshot is opened in a fresh process, and so is a process that merely reads
 * the bytes of the snapshot: from the operating system's cache, and from the disk where it can be told to
 * forget what it has cached.
 */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { median } from 'vecino/measure';
import type { Progress } from '../progress.ts';
import { megabytes, rounded, whole } from '../report/numbers.ts';
import { build, createCollection, rowRange, temporaryFolder } from './collections.ts';
import { type Data, type DataRequest, loadData, questionsOf } from './data.ts';
import { openOnce, readOnce } from './opening-steps.ts';
import { evictFromPageCache } from './page-cache.ts';
import { inFreshProcess } from './process/fresh-process.ts';
import { tableOf } from './report/table.ts';
import type { Conditions, Findings, Scenario } from './scenario.ts';

export interface OpeningOptions {
  readonly data: DataRequest;
  /** How often the collection is opened and the file read, in turns. */
  readonly repetitions: number;
}

export const opening: Scenario<OpeningOptions> = {
  about: 'opening a collection with its snapshot, over reading the same bytes from disk',
  sizes: {
    full: [
      {
        repetitions: 5,
        data: { dataset: 'fashion-mnist', prepared: 60_000, rows: 60_000, queries: 1 },
      },
      { repetitions: 5, data: { dataset: 'glosses', prepared: 60_000, rows: 60_000, queries: 1 } },
    ],
    quick: [{ repetitions: 3, data: { dataset: 'glosses', prepared: 20_000, rows: 20_000, queries: 1 } }],
    tiny: [
      {
        repetitions: 1,
        data: { dataset: 'synthetic', prepared: 2_000, rows: 2_000, queries: 1, dimension: 16 },
      },
    ],
  },
  run: runOpening,
};

const TIMES_READING_MAX = 2;

/** Where the files are before they are read. */
type Cache = 'warm' | 'cold';

interface OpeningRow {
  readonly cache: Cache;
  readonly repetition: number;
  readonly readMs: number;
  readonly readCpuMs: number;
  readonly databaseMs: number;
  readonly collectionMs: number;
  readonly firstSearchMs: number;
  readonly totalMs: number;
  readonly totalCpuMs: number;
  readonly timesReading: number;
  /** The same by processor time, which says where the machine was too busy for the clock. */
  readonly timesReadingByCpu: number;
}

async function runOpening(
  options: OpeningOptions,
  conditions: Conditions,
  progress: Progress,
): Promise<Findings> {
  const data = await loadData(options.data, conditions, progress);
  const { name, dimension, metric, rows: records } = data;
  using folder = temporaryFolder(conditions);
  progress(`${name}: building ${records} x ${dimension}`);
  {
    await using built = await createCollection(folder.path, data, conditions);
    const texts = data.texts();
    await build(built.collection, data, rowRange(0, records), progress, (row) => texts[row] ?? {});
  }
  const snapshot = onlySnapshotIn(folder.path);
  const rows: OpeningRow[] = [];
  for (let repetition = 1; repetition <= options.repetitions; repetition++) {
    progress(`${name}: opening, repetition ${repetition} of ${options.repetitions}`);
    for (const cache of ['warm', 'cold'] as const) {
      const row = await openAndRead(folder.path, snapshot, data, cache, progress);
      if (row) rows.push({ cache, repetition, ...row });
    }
  }
  const caches = [...new Set(rows.map(({ cache }) => cache))];
  const snapshotBytes = statSync(snapshot).size;
  const medians = caches.map((cache) => mediansOf(rows, cache));
  return {
    subject: name,
    title: `Opening: ${name}, ${whole(records)} x ${dimension}, ${metric}`,
    method: `In fresh processes, in turns: opening the database and the collection until its first search has its answer, and reading the ${megabytes(snapshotBytes)} of its snapshot in pieces of 1 MiB into new shared memory. "Warm" files are in the operating system's cache, "cold" ones have been dropped from it. Medians of ${options.repetitions}.`,
    rows: rows.map((row) => ({ dataset: name, records, dimension, metric, snapshotBytes, ...row })),
    tables: [
      tableOf('Milliseconds', medians, [
        { head: 'files', align: 'l', cell: ({ cache }) => cache },
        { head: 'reading the snapshot', cell: ({ readMs }) => rounded(readMs) },
        { head: 'opening', cell: ({ totalMs }) => rounded(totalMs) },
        { head: 'of it the database', cell: ({ databaseMs }) => rounded(databaseMs) },
        { head: 'the collection', cell: ({ collectionMs }) => rounded(collectionMs) },
        { head: 'the first search', cell: ({ firstSearchMs }) => rounded(firstSearchMs) },
        { head: 'opening over reading', cell: ({ timesReading }) => rounded(timesReading) },
        { head: 'CPU of reading', cell: ({ readCpuMs }) => rounded(readCpuMs) },
        { head: 'CPU of opening', cell: ({ totalCpuMs }) => rounded(totalCpuMs) },
        { head: 'by CPU', cell: ({ timesReadingByCpu }) => rounded(timesReadingByCpu) },
      ]),
    ],
    plots: [],
    goals: medians.map(({ cache, timesReading, timesReadingByCpu }) => ({
      promise: `opening takes at most ${TIMES_READING_MAX} times as long as reading the same bytes, ${cache}`,
      found: `${rounded(timesReading)} (${rounded(timesReadingByCpu)} by processor time)`,
      kept: timesReading <= TIMES_READING_MAX,
    })),
  };
}

/** Undefined where files cannot be made cold. */
async function openAndRead(
  folder: string,
  snapshot: string,
  data: Data,
  cache: Cache,
  progress: Progress,
): Promise<Omit<OpeningRow, 'cache' | 'repetition'> | undefined> {
  const steps = new URL('./opening-steps.ts', import.meta.url);
  const [query] = questionsOf(data);
  if (!query) throw new Error('opening: the data have no query');
  const files = [snapshot, join(folder, 'store.sqlite')];
  const prepare = () => cache === 'warm' || files.every(evictFromPageCache);

  if (!prepare()) return undefined;
  const reading = await inFreshProcess(steps, readOnce, { path: snapshot }, progress);
  if (!prepare()) return undefined;
  const { records, ...times } = await inFreshProcess(steps, openOnce, { folder, query }, progress);
  if (records !== data.rows) throw new Error(`opened ${records} records, expected ${data.rows}`);
  return {
    ...reading,
    ...times,
    timesReading: times.totalMs / reading.readMs,
    timesReadingByCpu: times.totalCpuMs / reading.readCpuMs,
  };
}

function mediansOf(rows: readonly OpeningRow[], cache: Cache): OpeningRow {
  const own = rows.filter((row) => row.cache === cache);
  const of = (figure: Exclude<keyof OpeningRow, 'cache'>) => median(own.map((row) => row[figure]));
  return {
    cache,
    repetition: own.length,
    readMs: of('readMs'),
    readCpuMs: of('readCpuMs'),
    databaseMs: of('databaseMs'),
    collectionMs: of('collectionMs'),
    firstSearchMs: of('firstSearchMs'),
    totalMs: of('totalMs'),
    totalCpuMs: of('totalCpuMs'),
    timesReading: of('timesReading'),
    timesReadingByCpu: of('timesReadingByCpu'),
  };
}

function onlySnapshotIn(folder: string): string {
  const files = readdirSync(join(folder, 'index')).filter((file) => file.endsWith('.snapshot'));
  const [file] = files;
  if (files.length !== 1 || !file) throw new Error(`expected one snapshot, found ${files.length}`);
  return join(folder, 'index', file);
}
