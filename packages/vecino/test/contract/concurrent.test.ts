import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Collection } from '../../src/api/collection.ts';
import type { EmbeddingFunction } from '../../src/api/embedding.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import {
  DIMENSION,
  EFFORTS,
  openDatabase,
  optionsOf,
  randomVectors,
  recordsOf,
  type Shelf,
  sharedDatabase,
  shelfOf,
  VARIANTS,
} from './collection-fixture.ts';

/** What happens at once does not depend on the metric. */
const COSINE = VARIANTS.filter(({ metric }) => metric === 'cosine');
const VECTORS = randomVectors(12_000, 1);
const [query = new Float32Array(DIMENSION)] = randomVectors(1, 2);

/** An embedding that answers only when it is told to. */
function slowEmbedding(): EmbeddingFunction & { answer(): void; readonly asked: Promise<void> } {
  const gate = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  return {
    name: 'slow',
    dimension: DIMENSION,
    asked: asked.promise,
    answer: gate.resolve,
    embed: async (texts) => {
      asked.resolve();
      await gate.promise;
      return texts.map(() => query);
    },
  };
}

describe.each(COSINE)('at the same time: $family, $place', (variant) => {
  const openShelf = sharedDatabase(variant);

  /** Reads again and again until the writing has ended, letting the event loop turn. */
  async function during(writing: Promise<unknown>, read: () => Promise<void>): Promise<void> {
    let ended = false;
    const end = () => {
      ended = true;
    };
    writing.then(end, end);
    let reads = 0;
    for (; !ended; reads++) {
      await read();
      await nextTurn();
    }
    await writing;
    expect(reads).toBeGreaterThan(0);
  }

  it('a batch is counted, listed and found wholly or not at all', async () => {
    const shelf = await openShelf();
    await shelf.add(recordsOf(VECTORS.slice(0, 100)));
    expect(await shelf.count({ half: true })).toBe(50);
    const seen = new Set<number>();
    const readCounts = async () => {
      seen.add(await shelf.count({ half: true }));
      seen.add((await shelf.count({})) / 2);
      seen.add((await shelf.count()) / 2);
    };
    await during(shelf.add(recordsOf(VECTORS.slice(100), 100)), readCounts);
    await during(
      shelf.update(VECTORS.map((_, i) => ({ id: `r${i}`, metadata: { half: i < 6_000 } }))),
      readCounts,
    );
    await during(shelf.remove({ filter: { ordinal: { $gte: 4_000 } } }), async () => {
      seen.add((await shelf.count({})) / 2);
    });
    expect([...seen].sort((a, b) => a - b).filter((count) => ![50, 2_000, 6_000].includes(count))).toEqual(
      [],
    );
    expect(await shelf.count({ half: true })).toBe(4_000);
  });

  it('a batch of hits without their parts is found wholly or not at all', async () => {
    const shelf = await openShelf();
    await shelf.add(recordsOf(VECTORS.slice(0, 100)));
    const same = Array.from({ length: 5_000 }, (_, i) => ({ id: `same${i}`, vector: query }));
    const search = async () => {
      const hits = await shelf.search({
        vector: query,
        k: 5_000,
        include: [],
        minScore: 0.9999,
        exact: true,
      });
      expect([0, 5_000]).toContain(hits.length);
    };
    await during(shelf.add(same), search);
    await during(shelf.remove(same.map(({ id }) => id)), search);
  });

  it.skipIf(variant.family !== 'flat')(
    'counts beside hits are of the same moment as these (they do not depend on the family)',
    async () => {
      const shelf = await openShelf();
      await shelf.add(recordsOf(VECTORS));
      // Putting those of the first path in order takes longer than a slice, so that writes get in between.
      const facets = [
        { path: 'ordinal', limit: 4_000 },
        { path: 'tenth', limit: 100 },
      ] as const;
      const asked = {
        vector: VECTORS[0] ?? query,
        k: 1,
        exact: true,
        include: ['metadata'],
        facets,
      } as const;
      let isOver = false;
      const writing = (async () => {
        for (let i = 0; !isOver; i++) await shelf.update([{ id: 'r0', metadata: { tenth: 10 + (i % 50) } }]);
      })();
      for (let i = 0; i < 10; i++) {
        const { 0: hit, facets: counted } = await shelf.search(asked);
        const { tenth } = hit?.metadata ?? expect.fail('no hit');
        const count = tenth === 0 ? VECTORS.length / 10 : 1;
        expect(counted?.['tenth']?.values).toContainEqual({ value: tenth, count });
      }
      isOver = true;
      await writing;
    },
  );

  it('changes of one record are all made, in whatever order', async () => {
    const shelf = (await openShelf()) as unknown as Collection;
    await shelf.add([{ id: 'a', vector: query, metadata: { kept: true } }]);
    const keys = Array.from({ length: 40 }, (_, i) => `key${i}`);
    const changes = keys.map((key, i) =>
      i % 2 === 0
        ? shelf.update([{ id: 'a', metadata: { [key]: i } }])
        : shelf.update([{ id: 'a', vector: VECTORS[i] ?? query, metadata: { [key]: i } }]),
    );
    await Promise.all(changes);
    const record = await shelf.get('a', ['vector', 'metadata']);
    expect(record?.metadata).toEqual({ kept: true, ...Object.fromEntries(keys.map((key, i) => [key, i])) });
    expect(record?.vector).toEqual(VECTORS[39]);
    expect(await shelf.search({ vector: VECTORS[39] ?? query, k: 5 })).toMatchObject([
      { id: 'a', score: expect.closeTo(1) },
    ]);
  });

  it('a record that is removed is not brought back by a change', async () => {
    const shelf = await openShelf();
    await shelf.add(recordsOf(VECTORS.slice(0, 200)));
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, async (_, i) => {
        const calls = [
          () => shelf.remove(`r${i}`),
          () => shelf.update([{ id: `r${i}`, vector: query, metadata: { tenth: -1 } }]),
          () => shelf.search({ id: `r${i}`, k: 300 }),
        ];
        const rotated = [...calls.slice(i % 3), ...calls.slice(0, i % 3)];
        return Promise.allSettled(rotated.map((call) => call()));
      }),
    );
    for (const outcome of outcomes.flat()) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'RECORD_NOT_FOUND' });
    }
    expect(await shelf.count()).toBe(0);
    expect(await shelf.count({ tenth: -1 })).toBe(0);
    expect(await shelf.search({ vector: query, k: 300 })).toEqual([]);
    expect((await shelf.check()).problems).toEqual([]);
  });

  it('the array of a batch may be emptied for the next one as soon as it was given', async () => {
    const shelf = await openShelf();
    const batch: ReturnType<typeof recordsOf> = recordsOf(VECTORS);
    const writing = shelf.add(batch);
    batch.length = 0;
    expect(await writing).toHaveLength(VECTORS.length);
    const changes = VECTORS.map((_, i) => ({ id: `r${i}`, metadata: { ...shelfOf(i), tenth: 77 } }));
    const updating = shelf.update(changes);
    changes.length = 0;
    await updating;
    expect(await shelf.count({ tenth: 77 })).toBe(VECTORS.length);
  });

  it('a collection is compacted, flushed and checked while it is written', async () => {
    const shelf = await openShelf();
    await shelf.add(recordsOf(VECTORS.slice(0, 3_000)));
    await shelf.flush();
    const work: Promise<unknown>[] = [];
    for (let round = 0; round < 6; round++) {
      const from = 3_000 + round * 500;
      work.push(shelf.add(recordsOf(VECTORS.slice(from, from + 500), from)));
      work.push(shelf.remove({ filter: { ordinal: { $gte: round * 500, $lt: round * 500 + 500 } } }));
      work.push(shelf.compact(), shelf.check(), shelf.flush());
    }
    await Promise.all(work);
    expect(await shelf.count()).toBe(3_000);
    expect((await shelf.check()).problems).toEqual([]);
    const hits = await shelf.search({ vector: query, k: 10, ...EFFORTS[variant.family].most });
    const exact = await shelf.search({ vector: query, k: 10, exact: true });
    expect(hits.map(({ id }) => id)).toEqual(exact.map(({ id }) => id));
  });
});

describe.each(COSINE)('dropping and closing: $family, $place', (variant) => {
  it('a read under way answers of the whole collection or says that it was dropped', async () => {
    const database = await openDatabase(variant);
    const records = recordsOf(VECTORS);
    const ids = records.map(({ id }) => id);
    const count = records.length;
    for (let round = 0; round < 4; round++) {
      const shelf = await database.createCollection<Shelf>('shelf', optionsOf(variant));
      await shelf.add(records);
      const reads: readonly Promise<number>[] = [
        shelf.count({ ordinal: { $gte: 0 } }),
        shelf.count({ [`key${round}`]: { $exists: false } } as object),
        shelf.get(ids, []).then((got) => got.filter((record) => record !== undefined).length),
        shelf
          .list({ filter: { tenth: { $gte: 0 } }, limit: 10_000 })
          .then((page) => page.records.length + 2_000),
        shelf
          .list({ orderBy: 'half', limit: 10_000, include: [] })
          .then((page) => page.records.length + 2_000),
        shelf.search({ vector: query, k: 10_000, exact: true }).then((hits) => hits.length + 2_000),
        shelf.describe().then((description) => description.records),
        shelf.stats().then((stats) => stats.records),
        shelf.check().then((report) => report.records + report.problems.length),
        shelf.remove({ filter: { absent: { $exists: true } } as object }).then(() => count),
      ];
      const outcomes = Promise.allSettled(reads);
      for (let turn = 0; turn < round; turn++) await nextTurn();
      await database.dropCollection('shelf');
      for (const outcome of await outcomes) {
        if (outcome.status === 'fulfilled') expect(outcome.value).toBe(count);
        else expect(outcome.reason).toMatchObject({ code: 'COLLECTION_DROPPED' });
      }
    }
  });

  it('leaves no snapshot behind where it is dropped while it is compacted', async () => {
    const location = variant.place === 'folder' ? temporaryFolder() : ':memory:';
    const database = await openDatabase(variant, location);
    const shelf = await database.createCollection<Shelf>('shelf', optionsOf(variant));
    await shelf.add(recordsOf(VECTORS));
    await shelf.remove({ filter: { half: true } });
    const compacting = shelf.compact().catch((error: unknown) => error);
    await nextTurn();
    await database.dropCollection('shelf');
    expect([undefined, expect.objectContaining({ code: 'COLLECTION_DROPPED' })]).toContainEqual(
      await compacting,
    );
    const index = join(location, 'index');
    expect(existsSync(index) ? readdirSync(index) : []).toEqual([]);
  });

  it.each(['closed', 'dropped'] as const)(
    'a text that is embedded only when all is %s finds nothing',
    async (how) => {
      const database = await openDatabase(variant);
      const embedding = slowEmbedding();
      const { index } = optionsOf(variant);
      const shelf = await database.createCollection('texts', { embedding, ...(index && { index }) });
      await shelf.add([{ id: 'a', vector: query }]);
      const calls = Promise.allSettled([
        shelf.search({ text: 'x' }),
        shelf.search({ text: 'x', include: [], exact: true }),
        shelf.search({ text: 'x', filter: { year: { $exists: false } } }),
        shelf.add([{ id: 'b', document: 'x' }]),
        shelf.upsert([{ id: 'a', document: 'x' }]),
        shelf.update([{ id: 'a', document: 'x' }]),
      ]);
      await embedding.asked;
      if (how === 'closed') await database.close();
      else await database.dropCollection('texts');
      embedding.answer();
      const code = how === 'closed' ? 'DATABASE_CLOSED' : 'COLLECTION_DROPPED';
      for (const outcome of await calls)
        expect(outcome).toMatchObject({ status: 'rejected', reason: { code } });
    },
  );
});
