/**
 * Laying an index out anew, with or without learning, goes on beside everything else, and may be ended at any time.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { seededRandom } from '../../src/base/random.ts';
import { IndexMemory } from '../../src/engine/index/index-memory.ts';
import { type IndexOptions, open } from '../../src/index.ts';
import { nearest } from '../../src/kernel/oracle.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const DIMENSION = 24;
const RECORDS = 9_000;

const FAMILIES: readonly IndexOptions[] = [
  { family: 'flat' },
  { family: 'hnsw', M: 6, efConstruction: 32 },
  { family: 'hnsw', M: 6, efConstruction: 32, originals: 'disk' },
  { family: 'ivf' },
  { family: 'ivf', quantizer: 'none' },
  { family: 'ivf', originals: 'disk' },
  { family: 'lsh' },
  { family: 'pq' },
];

const random = seededRandom(21);
/** Near a few planes, so that there is something to learn. */
const VECTORS = Array.from({ length: RECORDS }, () => {
  const along = random() * 4;
  return Float32Array.from({ length: DIMENSION }, (_, i) => Math.sin(along * (i + 1)) + 0.1 * random());
});

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

function records(from: number, to: number) {
  return range(from, to).map((i) => ({ id: `${i}`, vector: VECTORS[i] ?? [], metadata: { parity: i % 2 } }));
}

async function openShelf(folder: string, index: IndexOptions) {
  const warnings: string[] = [];
  const db = await open(folder, { threads: 2, onWarning: ({ code }) => warnings.push(code) });
  onTestFinished(() => db.close());
  const shelf = await db.collection('shelf', { dimension: DIMENSION, metric: 'l2', index });
  return { db, shelf, warnings };
}

type Shelf = Awaited<ReturnType<typeof openShelf>>['shelf'];

/** Whatever the index is doing, the exact answer is the right one, and the planned one is full. */
async function expectRight(shelf: Shelf, present: readonly number[]): Promise<void> {
  const query = VECTORS[Math.floor(random() * RECORDS)] ?? [];
  const vectors = present.map((i) => VECTORS[i] ?? []);
  const truth = nearest('l2', query, vectors, 10).map(({ ordinal }) => `${present[ordinal]}`);
  const exact = await shelf.search({ vector: query, k: 10, exact: true });
  expect(exact.map(({ id }) => id)).toEqual(truth);
  const filter = { parity: 1 };
  const planned = await shelf.search({ vector: query, k: 10, filter });
  expect(planned).toHaveLength(10);
  const known = new Set(present.filter((i) => i % 2 === 1).map(String));
  expect(planned.filter(({ id }) => !known.has(id))).toEqual([]);
}

/** Learning that is begun stands still until the answer's `goOn` is called; `begun` resolves when it stands. */
function heldLearning(): { readonly begun: Promise<void>; goOn(): void } {
  const gate = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const run = IndexMemory.prototype.run;
  const held = vi.spyOn(IndexMemory.prototype, 'run').mockImplementation(async function (
    this: IndexMemory,
    ...task: Parameters<typeof run>
  ) {
    if (task[0] === 'stage') {
      begun.resolve();
      await gate.promise;
    }
    return run.apply(this, task);
  } as typeof run);
  onTestFinished(() => held.mockRestore());
  onTestFinished(() => gate.resolve());
  return { begun: begun.promise, goOn: () => gate.resolve() };
}

describe.each(FAMILIES.filter(({ family }) => family !== 'hnsw'))('learnt anew: %o', (index) => {
  it('takes in what is written meanwhile, and what is removed of it again', async () => {
    const { shelf, warnings } = await openShelf(temporaryFolder(), index);
    await shelf.add(records(0, 1_200));
    await shelf.flush();
    const { begun, goOn } = heldLearning();
    // Four times as many are learnt from again.
    await shelf.add(records(1_200, 6_000));
    await begun;
    const present = new Set(range(0, 6_000));
    const linked = () =>
      vi.waitFor(async () => expect((await shelf.stats()).index.pending).toBe(0), { timeout: 20_000 });
    for (let next = 6_000; next < RECORDS; next += 1_000) {
      await shelf.add(records(next, next + 1_000));
      for (const i of range(next, next + 1_000)) present.add(i);
      // Some that are in the structure, and some that are not.
      if (next % 2_000 === 0) await linked();
      const gone = range(next - 300, next + 300);
      await shelf.remove(gone.map(String));
      for (const i of gone) present.delete(i);
      await linked();
      await expectRight(shelf, [...present]);
    }
    goOn();
    await shelf.remove(range(0, 100).map(String));
    for (const i of range(0, 100)) present.delete(i);
    await shelf.add(records(0, 50));
    for (const i of range(0, 50)) present.add(i);
    await shelf.flush();
    await expectRight(shelf, [...present]);
    expect((await shelf.check()).problems).toEqual([]);
    expect((await shelf.stats()).index).toMatchObject({ pending: 0, linked: present.size });
    expect(warnings).toEqual([]);
  });
});

describe.each(FAMILIES)('laid out anew: %o', (index) => {
  it('answers and takes writes while it learns, and again while it is compacted', async () => {
    const { shelf, warnings } = await openShelf(temporaryFolder(), index);
    const present = new Set<number>();
    const add = async (from: number, to: number) => {
      await shelf.add(records(from, to));
      for (const i of range(from, to)) present.add(i);
    };
    // It grows from too few to learn from to four times as many, twice, and half of what comes goes again.
    for (let next = 0; next < 6_000; next += 250) {
      await add(next, next + 250);
      const gone = range(next, next + 250).filter((i) => i % 2 === 0);
      await shelf.remove(gone.map(String));
      for (const i of gone) present.delete(i);
      await expectRight(shelf, [...present]);
    }
    const compaction = { isOver: false };
    const compacting = shelf.compact().finally(() => {
      compaction.isOver = true;
    });
    let next = 6_000;
    for (; !compaction.isOver && next < RECORDS - 20; next += 20) {
      await add(next, next + 20);
      await shelf.remove([`${next - 5_999}`]);
      present.delete(next - 5_999);
      await expectRight(shelf, [...present]);
    }
    expect(next).toBeGreaterThan(6_000);
    await compacting;
    await shelf.flush();
    await expectRight(shelf, [...present]);
    expect((await shelf.check()).problems).toEqual([]);
    expect((await shelf.stats()).index).toMatchObject({ pending: 0, linked: present.size });
    expect(warnings).toEqual([]);
  });

  it('is closed in the middle, and has lost nothing', async () => {
    const folder = temporaryFolder();
    const first = await openShelf(folder, index);
    await first.shelf.add(records(0, RECORDS));
    await first.shelf.flush();
    await first.shelf.remove(range(0, 3_000).map(String));
    const compacting = first.shelf.compact();
    const refused = expect(compacting).rejects.toMatchObject({ code: 'DATABASE_CLOSED' });
    await nextTurn();
    await first.db.close();
    await refused;

    const second = await openShelf(folder, index);
    const present = range(3_000, RECORDS);
    await expectRight(second.shelf, present);
    expect((await second.shelf.check()).problems).toEqual([]);
    expect(await second.shelf.count()).toBe(present.length);
    await second.shelf.compact();
    await expectRight(second.shelf, present);
    expect([...first.warnings, ...second.warnings]).toEqual([]);
  });

  it('is dropped in the middle', async () => {
    const folder = temporaryFolder();
    const { db, shelf } = await openShelf(folder, index);
    await shelf.add(records(0, RECORDS));
    await shelf.flush();
    await shelf.remove(range(0, 3_000).map(String));
    const compacting = shelf.compact();
    const refused = expect(compacting).rejects.toMatchObject({ code: 'COLLECTION_DROPPED' });
    await nextTurn();
    await db.dropCollection('shelf');
    await refused;
    expect(await db.listCollections()).toEqual([]);
  });

  it('is closed while it builds, and has lost nothing', async () => {
    const folder = temporaryFolder();
    const first = await openShelf(folder, index);
    await first.shelf.add(records(0, RECORDS));
    await nextTurn();
    await first.db.close();
    const second = await openShelf(folder, index);
    await expectRight(second.shelf, range(0, RECORDS));
    await second.shelf.flush();
    await expectRight(second.shelf, range(0, RECORDS));
    expect((await second.shelf.check()).problems).toEqual([]);
  });
});
