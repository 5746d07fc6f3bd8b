import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import type { Collection } from '../../src/api/collection.ts';
import type { Database, Warning } from '../../src/api/database.ts';
import type { EmbeddingFunction } from '../../src/api/embedding.ts';
import { type ErrorCode, open, VecinoError } from '../../src/index.ts';

/** The same methods without their types: what a program in JavaScript can pass. */
export type Untyped<T> = {
  readonly [Member in keyof T]: T[Member] extends (...args: never[]) => Promise<unknown>
    ? (...args: unknown[]) => Promise<unknown>
    : T[Member];
};

export type Shelf = Untyped<Collection>;

/** Stands for what a caller may not want to see in a log; no message may repeat it. */
export const SECRET = 'rosebud';

const DIMENSION = 3;

/** A record that nothing is wrong with. */
export const SOUND = { id: 'sound', vector: [1, 2, 3], document: SECRET, metadata: { year: 2001 } };

/** Turns a text into a vector by its first letters; never all zeros. */
export const letters: EmbeddingFunction = {
  name: 'letters',
  dimension: DIMENSION,
  embed: async (texts) =>
    texts.map((text) => Array.from({ length: DIMENSION }, (_, i) => 1 + (text.charCodeAt(i) || 0))),
};

/** How a call is refused. */
export interface Refusal {
  readonly code: ErrorCode;
  /** What the message has: the thing, the expected and the received value, the remedy. */
  readonly says: readonly string[];
  /** Values that a program can read, at least these. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** A row of a table of bad input. */
export interface BadInput extends Refusal {
  readonly what: string;
  readonly given: unknown;
}

/** Half of a surrogate pair: no UTF-8 can hold it. */
export const HALF = '\ud83d';

/** Each way to write, which gets something sound beside the bad; that must not be written either. */
export const WRITES = [
  {
    operation: 'add',
    thing: 'add to collection "books": ',
    batch: (shelf: Shelf, batch: unknown) => shelf.add(batch),
    one: (shelf: Shelf, parts: object) => shelf.add([SOUND, { id: 'bad', vector: [1, 2, 3], ...parts }]),
  },
  {
    operation: 'upsert',
    thing: 'upsert into collection "books": ',
    batch: (shelf: Shelf, batch: unknown) => shelf.upsert(batch),
    one: (shelf: Shelf, parts: object) => shelf.upsert([SOUND, { id: 'a', vector: [1, 2, 3], ...parts }]),
  },
  {
    operation: 'update',
    thing: 'update collection "books": ',
    batch: (shelf: Shelf, batch: unknown) => shelf.update(batch),
    one: (shelf: Shelf, parts: object) =>
      shelf.update([
        { id: 'b', document: 'changed' },
        { id: 'a', ...parts },
      ]),
  },
];

/** Two collections that hold something. */
export async function stock(database: Database): Promise<Database> {
  const books = await database.createCollection('books', { dimension: DIMENSION, index: 'hnsw' });
  await books.add([
    { id: 'a', vector: [1, 0, 0], document: `first ${SECRET}`, metadata: { year: 1997, title: SECRET } },
    { id: 'b', vector: [0, 1, 0], document: 'second', metadata: { year: 1998, tags: ['x', 'y'] } },
    { id: 'c', vector: [0, 0, 1] },
  ]);
  const notes = await database.createCollection('notes', { embedding: letters, metric: 'l2', index: 'flat' });
  await notes.add([
    { id: 'a', document: 'abc', metadata: { year: 1999 } },
    { id: 'b', document: 'bcd' },
  ]);
  return database;
}

/**
 * A stocked database for all tests of a suite: what is refused leaves no trace, so the next test finds it as
 * it was. A warning fails the suite.
 */
export function sharedDatabase(place: ':memory:' | 'a folder' = ':memory:'): () => Database {
  const folder = place === 'a folder' ? mkdtempSync(join(tmpdir(), 'vecino-test-')) : undefined;
  const warnings: Warning[] = [];
  let database: Database;
  beforeAll(async () => {
    database = await stock(await open(folder ?? place, { onWarning: (warning) => warnings.push(warning) }));
  });
  afterAll(async () => {
    for (const { name } of await database.listCollections()) {
      expect((await (await database.openCollection(name)).check()).problems).toEqual([]);
    }
    await database.close();
    if (folder) rmSync(folder, { recursive: true });
    expect(warnings).toEqual([]);
  });
  return () => database;
}

export async function shelfOf(database: Database, name = 'books'): Promise<Shelf> {
  return (await database.openCollection(name)) as unknown as Shelf;
}

/** Expects that a call is refused as it should be, that nothing has changed by it, and that work goes on. */
export async function expectRefusal(
  database: Database,
  call: () => Promise<unknown>,
  refusal: Refusal,
): Promise<VecinoError> {
  const before = await contentsOf(database);
  const error = await refusalOf(call, refusal);
  expect(await contentsOf(database)).toEqual(before);
  if (!database.readOnly) await expectWorking(database);
  return error;
}

/** Expects that a call is refused as it should be. */
export async function refusalOf(call: () => Promise<unknown>, refusal: Refusal): Promise<VecinoError> {
  const error = await failureOf(call);
  if (!(error instanceof VecinoError)) throw error;
  expect({ code: error.code, details: error.details, message: error.message }).toMatchObject({
    code: refusal.code,
    ...(refusal.details && { details: refusal.details }),
    message: expect.any(String),
  });
  for (const part of refusal.says) expect(error.message).toContain(part);
  expect(JSON.stringify(error)).not.toContain(SECRET);
  return error;
}

/** Everything that a database holds, as an export would show it, and what it answers. */
async function contentsOf(database: Database): Promise<unknown> {
  const described = await database.listCollections();
  const collections = described.map(async ({ name }) => {
    const collection = await database.openCollection(name);
    const { records, cursor } = await collection.list({ include: ['vector', 'document', 'metadata'] });
    expect(cursor).toBeUndefined();
    return {
      records,
      count: await collection.count(),
      seq: (await collection.stats()).seq,
      nearest: await collection.search({ vector: [3, 2, 1] }),
      dated: await collection.count({ year: { $exists: true } }),
    };
  });
  return { described, collections: await Promise.all(collections) };
}

/** Writes a record, finds it and takes it back, in every collection. */
async function expectWorking(database: Database): Promise<void> {
  for (const { name } of await database.listCollections()) {
    const collection = await database.openCollection(name);
    await collection.add([{ id: 'probe', vector: [5, 6, 7], metadata: { year: 5 } }]);
    expect(await collection.search({ vector: [5, 6, 7], k: 1 })).toMatchObject([{ id: 'probe' }]);
    expect(await collection.remove({ filter: { year: 5 } })).toBe(1);
  }
}

async function failureOf(call: () => Promise<unknown>): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  throw new Error('the call should have been refused');
}
