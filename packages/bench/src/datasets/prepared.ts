/**
 * Data sets on disk, ready to be read by the processes that need them.
 *
 * A data set is made once for each request and kept in a folder of the cache: `about.json`, `base.f32`,
 * `queries.f32` (little-endian floats, row after row) and `records.json`. The process that builds an index
 * reads all of it; the one that searches reads only the queries, so that its memory is the index's.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Dataset, RecordText } from './dataset.ts';
import { rowCount } from './dataset.ts';

/** What is known of a prepared data set without reading its vectors. */
export interface DatasetFacts {
  readonly name: string;
  readonly metric: 'l2' | 'cosine';
  readonly dimension: number;
  readonly size: number;
  readonly queries: number;
  readonly source: string;
  /** SHA-256 of both files of vectors. */
  readonly contentHash: string;
}

/** What is prepared: a data set, or a file of the user's. */
export type VectorSet = Omit<Dataset, 'name'> & { readonly name: string };

export interface PreparedDataset {
  readonly folder: string;
  readonly facts: DatasetFacts;
}

export function readFacts(folder: string): DatasetFacts {
  return JSON.parse(readFileSync(join(folder, 'about.json'), 'utf8')) as DatasetFacts;
}

export function readQueries(folder: string): Float32Array {
  return readVectors(join(folder, 'queries.f32'));
}

export function readBase(folder: string): Float32Array {
  return readVectors(join(folder, 'base.f32'));
}

export function readRecords(folder: string): RecordText[] {
  return JSON.parse(readFileSync(join(folder, 'records.json'), 'utf8')) as RecordText[];
}

/** Written beside its place and renamed, so that a folder that exists is complete. */
export function writeDataset(folder: string, dataset: VectorSet): DatasetFacts {
  const base = bytesOf(dataset.base);
  const queries = bytesOf(dataset.queries);
  const facts: DatasetFacts = {
    name: dataset.name,
    metric: dataset.metric,
    dimension: dataset.dimension,
    size: rowCount(dataset.base, dataset.dimension),
    queries: rowCount(dataset.queries, dataset.dimension),
    source: dataset.source,
    contentHash: createHash('sha256').update(base).update(queries).digest('hex'),
  };
  const unfinished = `${folder}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  writeFileSync(join(unfinished, 'base.f32'), base);
  writeFileSync(join(unfinished, 'queries.f32'), queries);
  writeFileSync(join(unfinished, 'records.json'), JSON.stringify(dataset.records));
  writeFileSync(join(unfinished, 'about.json'), JSON.stringify(facts, null, 2));
  renameSync(unfinished, folder);
  return facts;
}

function readVectors(path: string): Float32Array {
  const bytes = readFileSync(path);
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / Float32Array.BYTES_PER_ELEMENT);
}

function bytesOf(vectors: Float32Array): Uint8Array {
  return new Uint8Array(vectors.buffer, vectors.byteOffset, vectors.byteLength);
}
