/** What is timed in a fresh process: opening a collection, and merely reading the file of its index. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { open, type Warning } from 'vecino';
import { Stopwatch } from '../measure/stopwatch.ts';
import { COLLECTION } from './collections.ts';

export interface OpeningTask {
  readonly folder: string;
  readonly query: Float32Array;
}

export interface OpeningTimes {
  readonly databaseMs: number;
  readonly collectionMs: number;
  readonly firstSearchMs: number;
  readonly totalMs: number;
  /** Processor time of all threads meanwhile. */
  readonly totalCpuMs: number;
  readonly records: number;
}

export interface ReadingTimes {
  readonly readMs: number;
  readonly readCpuMs: number;
}

/** Opens a collection until it has answered its first search. */
export async function openOnce({ folder, query }: OpeningTask): Promise<OpeningTimes> {
  const warnings: Warning[] = [];
  const whole = new Stopwatch();
  whole.start();
  const start = performance.now();
  await using db = await open(folder, { onWarning: (warning) => warnings.push(warning) });
  const opened = performance.now();
  const collection = await db.openCollection(COLLECTION);
  const ready = performance.now();
  await collection.search({ vector: query, include: [] });
  const answered = performance.now();
  whole.stop();
  const { records, index } = await collection.stats();
  if (warnings[0]) throw new Error(`opening warned: ${warnings[0].message}`);
  if (index.pending > 0) throw new Error(`${index.pending} of ${records} records came without their links`);
  return {
    databaseMs: opened - start,
    collectionMs: ready - opened,
    firstSearchMs: answered - ready,
    totalMs: answered - start,
    totalCpuMs: whole.cpuSeconds * 1000,
    records,
  };
}

/** Bytes of one read, as the engine reads snapshots. */
const PIECE_BYTES = 1 << 20;

/** Reads a file into memory that nobody has touched before, shared as an index's memory is. */
export async function readOnce({ path }: { readonly path: string }): Promise<ReadingTimes> {
  const reading = new Stopwatch();
  reading.start();
  const file = openSync(path, 'r');
  try {
    const bytes = new Uint8Array(new SharedArrayBuffer(fstatSync(file).size));
    let at = 0;
    while (at < bytes.length) {
      const read = readSync(file, bytes, at, Math.min(PIECE_BYTES, bytes.length - at), at);
      if (read === 0) throw new Error(`"${path}" ended after ${at} of ${bytes.length} bytes`);
      at += read;
    }
  } finally {
    closeSync(file);
  }
  reading.stop();
  return { readMs: reading.seconds * 1000, readCpuMs: reading.cpuSeconds * 1000 };
}
