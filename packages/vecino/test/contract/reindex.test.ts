import { describe, expect, it, onTestFinished } from 'vitest';
import type { Collection } from '../../src/api/collection.ts';
import type { IndexChoice, IndexOptions } from '../../src/api/index-options.ts';
import type { ReindexProgress } from '../../src/api/reindex.ts';
import type { Metric } from '../../src/api/search.ts';
import { openInSegments } from '../../src/engine/open.ts';
import { open } from '../../src/index.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import {
  DIMENSION,
  EFFORTS,
  expectExact,
  expectSound,
  openDatabase,
  randomVectors,
  recordsOf,
  type Shelf,
  vectorsById,
} from './collection-fixture.ts';

const RECORDS = 3_000;
const GRAPH: IndexOptions = { family: 'hnsw', M: 8, efConstruction: 60, efSearch: 100 };
const VECTORS = randomVectors(RECORDS + 2_000, 3);

async function filled(
  collection: Collection<Shelf>,
  vectors: readonly Float32Array[] = VECTORS.slice(0, RECORDS),
): Promise<void> {
  await collection.add(recordsOf(vectors));
}

/** Searched with so much effort that it does not matter when the index has learnt, and from which records. */
async function expectRight(collection: Collection<Shelf>, present: (ordinal: number) => boolean) {
  const vectors = vectorsById(VECTORS, present);
  const effort = EFFORTS[(await collection.stats()).index.family].most;
  let found = 0;
  for (const query of randomVectors(5, 77)) {
    const exact = await collection.search({ vector: query, k: 10, exact: true, include: [] });
    expectExact(exact, collection.metric, query, vectors, 10);
    const hits = await collection.search({ vector: query, k: 10, include: [], ...effort });
    expectSound(hits, collection.metric, query, vectors, 10);
    found += hits.filter(({ id }) => exact.some((hit) => hit.id === id)).length;
  }
  // Of 50; `test/recall` has the gates of what is found with less effort.
  expect(found).toBeGreaterThanOrEqual(42);
  expect((await collection.check()).problems).toEqual([]);
}

const CHANGES: readonly (readonly [from: IndexChoice, to: IndexChoice, Metric])[] = [
  ['flat', GRAPH, 'l2'],
  ['flat', GRAPH, 'dot'],
  [GRAPH, 'flat', 'cosine'],
  ['flat', 'ivf', 'l2'],
  ['ivf', 'pq', 'cosine'],
  [GRAPH, { family: 'hnsw', M: 12, originals: 'disk' }, 'cosine'],
  [{ family: 'hnsw', originals: 'disk' }, 'flat', 'l2'],
  [{ family: 'hnsw', originals: 'f16' }, { family: 'hnsw', originals: 'disk' }, 'l2'],
];

describe.each(CHANGES)('reindexing from %o to %o, %s', (from, to, metric) => {
  it('takes over while searches and writes go on, and is there after opening again', async () => {
    const folder = temporaryFolder();
    const db = await openDatabase({ place: 'folder' }, folder);
    const shelf = await db.createCollection<Shelf>('shelf', { dimension: DIMENSION, metric, index: from });
    await filled(shelf);
    const family = typeof to === 'string' ? to : to.family;
    const stages = new Set<ReindexProgress['stage']>();
    let isOver = false;
    const reindexing = shelf
      .reindex(to, { onProgress: ({ stage }) => stages.add(stage) })
      .finally(() => (isOver = true));
    let next = RECORDS;
    let removed = 0;
    while (!isOver && next < VECTORS.length - 10) {
      await shelf.add(recordsOf(VECTORS.slice(next, next + 10), next));
      await shelf.remove([`r${removed}`]);
      next += 10;
      removed += 1;
      const [own] = await shelf.search({ vector: VECTORS[next - 1] ?? [], k: 1, exact: true });
      expect(own?.id).toBe(metric === 'dot' ? own?.id : `r${next - 1}`);
    }
    expect(await reindexing).toBe(true);
    expect([...stages]).toEqual(['copying', 'linking', 'saving']);
    const present = (ordinal: number) => ordinal >= removed && ordinal < next;
    await shelf.flush();
    await expectRight(shelf, present);
    expect((await shelf.describe()).index).toMatchObject({ family });
    expect((await shelf.stats()).index.family).toBe(family);
    // Slots that were free before are used again, and those of the new structure too.
    await shelf.remove(['r100', 'r200']);
    await shelf.add([recordsOf(VECTORS.slice(100, 101), 100)[0] ?? { id: '' }]);
    await db.close();

    const again = await openDatabase({ place: 'folder' }, folder);
    const reopened = await again.openCollection<Shelf>('shelf');
    expect((await reopened.describe()).index).toMatchObject({ family });
    await expectRight(reopened, (ordinal) => present(ordinal) && ordinal !== 200);
  });
});

async function openShelf(index: IndexChoice = 'flat') {
  const db = await openDatabase({ place: ':memory:' });
  const shelf = await db.createCollection<Shelf>('shelf', { dimension: DIMENSION, metric: 'l2', index });
  return { db, shelf };
}

describe('reindexing', () => {
  it('has nothing to do where the options are the same', async () => {
    const { shelf } = await openShelf(GRAPH);
    expect(await shelf.reindex(GRAPH)).toBe(false);
    expect(await shelf.reindex('hnsw')).toBe(true);
    expect(await shelf.reindex('hnsw')).toBe(false);
    expect(await shelf.reindex({ family: 'hnsw', recall: 0.9 })).toBe(true);
    expect((await shelf.describe()).index).toMatchObject({ family: 'hnsw', recall: 0.9 });
  });

  it('tells what memory the new index takes beside the old one', async () => {
    const { shelf } = await openShelf();
    await filled(shelf);
    expect((await shelf.stats()).memory.reindexBytes).toBe(0);
    const seen: Promise<number>[] = [];
    const look = async () => (await shelf.stats()).memory.reindexBytes;
    await shelf.reindex(GRAPH, { onProgress: ({ stage }) => stage === 'linking' && seen.push(look()) });
    // At least the vectors.
    expect(await seen[0]).toBeGreaterThan(RECORDS * DIMENSION * 4);
    expect(await look()).toBe(0);
  });

  it('is refused while another one is under way', async () => {
    const { shelf } = await openShelf();
    await filled(shelf);
    const first = shelf.reindex(GRAPH);
    await expect(shelf.reindex('hnsw')).rejects.toMatchObject({ code: 'REINDEX_RUNNING' });
    expect(await first).toBe(true);
    expect(await shelf.reindex('flat')).toBe(true);
  });

  it('leaves the old index where it is ended by its signal', async () => {
    const { shelf } = await openShelf();
    await filled(shelf);
    const controller = new AbortController();
    const ended = shelf.reindex(GRAPH, {
      signal: controller.signal,
      onProgress: ({ stage }) => stage === 'linking' && controller.abort(),
    });
    await expect(ended).rejects.toMatchObject({ code: 'CANCELLED' });
    expect((await shelf.describe()).index.family).toBe('flat');
    await expectRight(shelf, (ordinal) => ordinal < RECORDS);
    expect(await shelf.reindex(GRAPH)).toBe(true);
    await expectRight(shelf, (ordinal) => ordinal < RECORDS);
  });

  it('leaves the old index where a stored vector does not fit', async () => {
    const { shelf } = await openShelf();
    await filled(shelf);
    await shelf.add([{ id: 'long', vector: new Float32Array(DIMENSION).fill(1e6) }]);
    const narrow = shelf.reindex({ family: 'hnsw', originals: 'f16' });
    await expect(narrow).rejects.toMatchObject({ code: 'VECTOR_INVALID' });
    expect((await shelf.describe()).index.family).toBe('flat');
    await shelf.remove('long');
    await expectRight(shelf, (ordinal) => ordinal < RECORDS);
  });

  it('ends quickly when the database is closed, or the collection is dropped', async () => {
    const folder = temporaryFolder();
    const db = await openDatabase({ place: 'folder' }, folder);
    const shelf = await db.createCollection<Shelf>('shelf', { dimension: DIMENSION, index: 'flat' });
    await filled(shelf);
    let begun = () => {};
    const linking = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const closed = shelf.reindex(GRAPH, { onProgress: ({ stage }) => stage === 'linking' && begun() });
    const refusal = expect(closed).rejects.toMatchObject({ code: 'DATABASE_CLOSED' });
    await linking;
    await db.close();
    await refusal;

    const again = await openDatabase({ place: 'folder' }, folder);
    const reopened = await again.openCollection<Shelf>('shelf');
    expect((await reopened.describe()).index.family).toBe('flat');
    await expectRight(reopened, (ordinal) => ordinal < RECORDS);
    const dropped = reopened.reindex(GRAPH);
    const gone = expect(dropped).rejects.toMatchObject({ code: 'COLLECTION_DROPPED' });
    await again.dropCollection('shelf');
    await gone;
  });

  it('compacts and checks while it is under way', async () => {
    const { shelf } = await openShelf(GRAPH);
    await filled(shelf);
    const reindexing = shelf.reindex('flat');
    await shelf.remove(Array.from({ length: 500 }, (_, i) => `r${i}`));
    await Promise.all([shelf.compact(), shelf.check(), shelf.flush()]);
    expect(await reindexing).toBe(true);
    await expectRight(shelf, (ordinal) => ordinal >= 500 && ordinal < RECORDS);
  });

  it('goes from many segments to few and back', async () => {
    const folder = temporaryFolder();
    const warnings: string[] = [];
    const settings = { onWarning: ({ code }: { code: string }) => warnings.push(code) };
    const db = await openInSegments(folder, settings, 1_024);
    const shelf = await db.createCollection<Shelf>('shelf', { dimension: DIMENSION, index: 'flat' });
    await filled(shelf);
    expect(await shelf.reindex(GRAPH)).toBe(true);
    await expectRight(shelf, (ordinal) => ordinal < RECORDS);
    await db.close();
    const again = await openInSegments(folder, settings, 1_024);
    onTestFinished(() => again.close());
    const reopened = await again.openCollection<Shelf>('shelf');
    await expectRight(reopened, (ordinal) => ordinal < RECORDS);
    expect(warnings).toEqual([]);
  });

  it('lets readers go on, and those that open later have the new index', async () => {
    const folder = temporaryFolder();
    const db = await openDatabase({ place: 'folder' }, folder);
    const shelf = await db.createCollection<Shelf>('shelf', { dimension: DIMENSION, index: 'flat' });
    await filled(shelf);
    const before = await open(folder, { readOnly: true });
    onTestFinished(() => before.close());
    const early = await before.openCollection<Shelf>('shelf');
    await shelf.reindex(GRAPH);
    await shelf.add(recordsOf(VECTORS.slice(RECORDS, RECORDS + 10), RECORDS));
    await expectRight(early, (ordinal) => ordinal < RECORDS + 10);
    await expect(early.reindex('flat')).rejects.toMatchObject({ code: 'STORE_READ_ONLY' });
    const after = await openDatabase({ place: 'folder' }, folder, { readOnly: true });
    const late = await after.openCollection<Shelf>('shelf');
    expect((await late.describe()).index.family).toBe('hnsw');
    await expectRight(late, (ordinal) => ordinal < RECORDS + 10);
  });
});

describe('an index that chooses for itself', () => {
  const BORDER = 1_000;

  async function openGrowing(folder: string) {
    const warnings: string[] = [];
    const onWarning = ({ message }: { message: string }) => warnings.push(message);
    const db = await openInSegments(folder, { onWarning }, undefined, BORDER);
    onTestFinished(async () => {
      await db.close();
      expect(warnings).toEqual([]);
    });
    return { db, shelf: await db.collection<Shelf>('shelf', { dimension: DIMENSION, metric: 'l2' }) };
  }

  /** Searches until that family answers; the test's time limit ends it. */
  async function served(shelf: Collection<Shelf>, family: string): Promise<string> {
    for (;;) {
      const { serving } = await shelf.describe();
      if (serving.options.family === family) return serving.reason;
      await shelf.search({ vector: VECTORS[0] ?? [], k: 1 });
    }
  }

  it('changes over when the collection has grown, and back when it has shrunk', async () => {
    const folder = temporaryFolder();
    const { db, shelf } = await openGrowing(folder);
    expect((await shelf.describe()).index).toEqual({ family: 'auto', recall: 0.95 });
    expect((await shelf.describe()).serving.options).toEqual({ family: 'flat' });
    for (let from = 0; from < RECORDS; from += 50) {
      await shelf.add(recordsOf(VECTORS.slice(from, from + 50), from));
      const [own] = await shelf.search({ vector: VECTORS[from + 49] ?? [], k: 1, exact: true });
      expect(own?.id).toBe(`r${from + 49}`);
      if (from + 50 < BORDER) expect((await shelf.stats()).index.family).toBe('flat');
    }
    expect(await served(shelf, 'ivf')).toContain('inverted lists are fastest');
    await expectRight(shelf, (ordinal) => ordinal < RECORDS);
    await db.close();

    const { shelf: reopened } = await openGrowing(folder);
    expect((await reopened.stats()).index.family).toBe('ivf');
    // Just below the border nothing happens; at the half of it, it goes back.
    await reopened.remove({ filter: { ordinal: { $gte: BORDER - 10 } } });
    expect((await reopened.describe()).serving.reason).toContain('inverted lists are fastest');
    await reopened.remove({ filter: { ordinal: { $gte: BORDER / 2 - 10 } } });
    expect(await served(reopened, 'flat')).toContain('comparing with all is fastest');
    await expectRight(reopened, (ordinal) => ordinal < BORDER / 2 - 10);
  });

  it('is waited for by asking for the same', async () => {
    const { shelf } = await openGrowing(temporaryFolder());
    await filled(shelf);
    const stages: string[] = [];
    expect(await shelf.reindex('auto', { onProgress: ({ stage }) => stages.push(stage) })).toBe(true);
    expect(stages.at(-1)).toBe('saving');
    expect((await shelf.stats()).index.family).toBe('ivf');
    expect(await shelf.reindex('auto')).toBe(false);
  });

  it('gives way to what the caller asks for', async () => {
    const { shelf } = await openGrowing(temporaryFolder());
    await filled(shelf);
    expect(await shelf.reindex({ family: 'flat' })).toBe(true);
    expect((await shelf.describe()).serving.reason).toBe('the family flat was asked for');
    expect(await shelf.reindex('auto')).toBe(true);
    expect((await shelf.describe()).serving.options.family).toBe('ivf');
    await expectRight(shelf, (ordinal) => ordinal < RECORDS);
  });
});
