import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { expect, onTestFinished } from 'vitest';
import type { Collection, CollectionOptions } from '../../src/api/collection.ts';
import type { Database, Warning } from '../../src/api/database.ts';
import type { Metric } from '../../src/api/search.ts';
import { type Random, seededRandom } from '../../src/base/random.ts';
import { open } from '../../src/index.ts';
import { nearest, score } from '../../src/kernel/oracle.ts';

const DIMENSION = 8;

export interface Kind {
  readonly name: string;
  readonly metric: Metric;
  readonly options: CollectionOptions;
}

const GRAPH = { family: 'hnsw', M: 8, efConstruction: 40, efSearch: 4 } as const;

/** Without a structure, with a graph, with lists, with hash tables; with and without codes and a coordinate of our own. */
export const KINDS: readonly Kind[] = [
  { name: 'flat, l2', metric: 'l2', options: { dimension: DIMENSION, metric: 'l2', index: 'flat' } },
  { name: 'hnsw, cosine', metric: 'cosine', options: { dimension: DIMENSION, index: GRAPH } },
  { name: 'hnsw, dot', metric: 'dot', options: { dimension: DIMENSION, metric: 'dot', index: GRAPH } },
  {
    name: 'ivf, cosine',
    metric: 'cosine',
    options: { dimension: DIMENSION, index: { family: 'ivf', nlist: 32, nprobe: 2 } },
  },
  { name: 'pq, l2', metric: 'l2', options: { dimension: DIMENSION, metric: 'l2', index: 'pq' } },
  {
    name: 'lsh, l2',
    metric: 'l2',
    options: { dimension: DIMENSION, metric: 'l2', index: { family: 'lsh', tables: 2, probes: 4 } },
  },
  { name: 'lsh, dot', metric: 'dot', options: { dimension: DIMENSION, metric: 'dot', index: 'lsh' } },
];

/** Which vector each id must have. */
export type Expected = Map<string, Float32Array>;

/** A folder with one collection, opened and closed again and again, and what it must hold. */
export class Library {
  readonly folder: string;
  readonly kind: Kind;
  readonly expected: Expected = new Map();
  /** Warnings since the last opening. */
  warnings: Warning['code'][] = [];
  private readonly random: Random;
  private database: Database | undefined;

  constructor(folder: string, kind: Kind, seed = 1) {
    this.folder = folder;
    this.kind = kind;
    this.random = seededRandom(seed);
    onTestFinished(() => this.close());
  }

  get snapshot(): string {
    return join(this.folder, 'index', '1.snapshot');
  }

  get store(): string {
    return join(this.folder, 'store.sqlite');
  }

  async open(): Promise<Collection> {
    this.warnings = [];
    this.database = await open(this.folder, { onWarning: ({ code }) => this.warnings.push(code) });
    return this.database.collection('books', this.kind.options);
  }

  /** Opens the collection as it is, whatever its index has become. */
  async reopen(): Promise<Collection> {
    this.warnings = [];
    this.database = await open(this.folder, { onWarning: ({ code }) => this.warnings.push(code) });
    return this.database.openCollection('books');
  }

  async close(): Promise<void> {
    await this.database?.close();
    this.database = undefined;
  }

  /** Puts records with new vectors, whether they are there or not. */
  async put(collection: Collection, from: number, count: number): Promise<void> {
    const records = Array.from({ length: count }, (_, i) => ({
      id: `r${from + i}`,
      vector: this.vector(),
      metadata: { tenth: (from + i) % 10 },
    }));
    await collection.upsert(records);
    for (const { id, vector } of records) this.expected.set(id, vector);
  }

  async remove(collection: Collection, from: number, count: number): Promise<void> {
    const ids = Array.from({ length: count }, (_, i) => `r${from + i}`);
    await collection.remove(ids);
    for (const id of ids) this.expected.delete(id);
  }

  vector(): Float32Array {
    return Float32Array.from({ length: DIMENSION }, () => this.random() * 2 - 1);
  }

  integer(below: number): number {
    return Math.floor(this.random() * below);
  }

  /** Everything is there, and every answer is right. */
  async verify(collection: Collection): Promise<void> {
    const { expected } = this;
    const { metric } = this.kind;
    const { records } = await collection.list({ limit: 10_000, include: ['vector', 'metadata'] });
    const stored = new Map(records.map(({ id, vector }) => [id, vector]));
    expect([...stored.keys()].sort()).toEqual([...expected.keys()].sort());
    expect([...expected].filter(([id, vector]) => !same(vector, stored.get(id)))).toEqual([]);
    expect(await collection.count({ tenth: 3 })).toBe(
      [...expected.keys()].filter((id) => Number(id.slice(1)) % 10 === 3).length,
    );
    for (let times = 0; times < 3; times++) {
      const query = this.vector();
      const best = nearest(metric, query, [...expected.values()], 10);
      const exact = await collection.search({ vector: query, exact: true });
      expect(exact.filter((hit, i) => !near(hit.score, best[i]?.score ?? Number.NaN))).toEqual([]);
      for (const k of [4, 50]) {
        const hits = await collection.search({ vector: query, k });
        expect(hits).toHaveLength(Math.min(k, expected.size));
        expect(new Set(hits.map(({ id }) => id)).size).toBe(hits.length);
        const wrong = hits.filter(
          (hit) => !near(hit.score, score(metric, query, expected.get(hit.id) ?? [Number.NaN])),
        );
        expect(wrong).toEqual([]);
      }
    }
    expect((await collection.check()).problems).toEqual([]);
  }

  /** The share of the ten nearest that walks find with moderate effort. */
  async recall(collection: Collection): Promise<number> {
    let found = 0;
    for (let times = 0; times < 40; times++) {
      const vector = this.vector();
      const best = new Set((await collection.search({ vector, exact: true })).map(({ id }) => id));
      const hits = await collection.search({ vector, efSearch: 30, explain: true });
      expect(hits.explain?.way).toBe('graph');
      found += hits.filter(({ id }) => best.has(id)).length;
    }
    return found / 400;
  }
}

/** A closed library of so many records, linked and with a snapshot. */
export async function libraryOf(folder: string, kind: Kind, records: number): Promise<Library> {
  const library = new Library(folder, kind);
  const collection = await library.open();
  await library.put(collection, 0, records);
  await collection.flush();
  await library.close();
  expect(library.warnings).toEqual([]);
  return library;
}

/** Puts aside a copy of a file; the answer puts it back. */
export function putAside(path: string): () => void {
  const copy = `${path}.aside-${Math.random().toString(36).slice(2)}`;
  copyFileSync(path, copy);
  return () => copyFileSync(copy, path);
}

/** Changes the header of a snapshot as a program might that meant it: the checksum is right. */
export function changeHeader(path: string, change: (header: Record<string, unknown>) => unknown): void {
  const bytes = readFileSync(path);
  const start = 16;
  const length = bytes.readUInt32LE(12);
  const header = JSON.parse(bytes.subarray(start, start + length).toString()) as Record<string, unknown>;
  const json = Buffer.from(JSON.stringify(change(header)));
  const section = Buffer.concat([bytes.subarray(0, start), json]);
  section.writeUInt32LE(json.byteLength, 12);
  const seal = Buffer.alloc(4);
  seal.writeUInt32LE(crc32(section));
  writeFileSync(path, Buffer.concat([section, seal, bytes.subarray(start + length + 4)]));
}

function same(a: Float32Array, b: Float32Array | undefined): boolean {
  return b !== undefined && a.length === b.length && a.every((value, i) => Object.is(value, b[i]));
}

function near(received: number, expected: number): boolean {
  return Math.abs(received - expected) <= 2e-6 * Math.max(1, Math.abs(expected)) + 1e-6;
}
