/** What is timed in a fresh process: opening a collection, and merely reading the file of its index. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { open, type Warning } from 'vecino';
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
  readonly records: number;
}

/** Opens a collection until it has answered its first search. */
export async function openOnce({ folder, query }: OpeningTask): Promise<OpeningTimes> {
  const warnings: Warning[] = [];
  const start = performance.now();
  await using db = await open(folder, { onWarning: (warning) => warnings.push(warning) });
  const opened = performance.now();
  const collection = await db.openCollection(COLLECTION);
  const ready = performance.now();
  await collection.search({ vector: query, include: [] });
  const answered = performance.now();
  const { records, index } = await collection.stats();
  if (warnings[0]) throw new Error(`opening warned: ${warnings[0].message}`);
  if (index.pending > 0) throw new Error(`${index.pending} of ${records} records came without their links`);
  return {
    databaseMs: opened - start,
    collectionMs: ready - opened,
    firstSearchMs: answered - ready,
    totalMs: answered - start,
    records,
  };
}

/** Bytes of one read, as the engine reads snapshots. */
const PIECE_BYTES = 1 << 20;

/** Reads a file into memory that nobody has touched before, shared as an index's memory is. */
export async function readOnce({ path }: { readonly path: string }): Promise<{ readonly readMs: number }> {
  const start = performance.now();
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
  return { readMs: performance.now() - start };
}
