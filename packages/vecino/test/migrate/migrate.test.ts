import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Collection } from '../../src/api/collection.ts';
import type { Database } from '../../src/api/database.ts';
import { open, VecinoError } from '../../src/index.ts';
import {
  type MigrationPlan,
  type MigrationProgress,
  migrate,
  planMigration,
  verifyMigration,
} from '../../src/migrate.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { standingFor } from './standing-for.ts';
import { contentsOf, records, stock } from './stocked.ts';

const DIMENSION = 8;
/** Recall costs searches that most of these tests have no use for. */
const BARE = { queries: 0 } as const;

describe('from folder to folder', () => {
  it('brings everything, and says so', async () => {
    const { from, to } = places();
    await using source = await open(from);
    await stock(
      await source.createCollection('books', { dimension: DIMENSION, metric: 'l2', fullText: true }),
      200,
    );
    const told: MigrationProgress[] = [];
    const plans: MigrationPlan[] = [];
    const report = await migrate(from, to, {
      batch: 64,
      queries: 20,
      onProgress: (progress) => told.push(progress),
      onPlan: (plan) => void plans.push(plan),
    });
    expect(report).toMatchObject({
      written: 253,
      removed: 0,
      retried: 0,
      losses: [],
      records: 253,
      creates: true,
    });
    expect(report.verification).toMatchObject({
      equal: true,
      vectors: 'f32',
      differing: { missing: 0, different: 0, extra: 0 },
      recall: [{ k: 10, queries: 20, source: 1, target: 1, agreement: 1 }],
    });
    expect(report.verification?.source).toEqual(report.verification?.target);
    expect(report.verification?.source.vectors).toMatch(/^[0-9a-f]{32}$/);
    expect(plans).toHaveLength(1);
    expect([...new Set(told.map(({ stage }) => stage))]).toEqual([
      'copying',
      'indexing',
      'verifying',
      'searching',
    ]);
    expect(told.filter(({ stage }) => stage === 'copying').at(-1)).toMatchObject({
      records: 253,
      total: 253,
    });
    await using target = await open(to);
    expect(await contentsOf(target, 'books')).toEqual(await contentsOf(source, 'books'));
    const [before, after] = await Promise.all([source, target].map(describeBooks));
    expect(after).toEqual(before);
  });

  it('brings named vectors, the settings of each, and which of them a record lacks', async () => {
    await using ends = await openEnds();
    const { source, target, from } = ends;
    const embedding = { name: 'letters', dimension: 2, embed: async () => [[1, 2]] };
    const made = await source.createCollection('books', {
      vectors: {
        title: { embedding, metric: 'l2', text: 'name', index: { family: 'hnsw', M: 8 } },
        cover: { dimension: 3, index: 'flat' },
      },
    });
    await made.add([
      { id: 'a', vectors: { title: [1, 2], cover: [1, 2, 3] } },
      { id: 'b', vectors: { cover: [3, 2, 1], title: null }, metadata: { name: 'not embedded' } },
    ]);
    const { verification } = await migrate(from, { database: target, collection: 'books' }, BARE);
    expect(verification).toMatchObject({ equal: true });
    expect(await contentsOf(target, 'books')).toEqual(await contentsOf(source, 'books'));
    const moved = await target.openCollection('books');
    expect((await moved.describe()).vectors).toEqual((await made.describe()).vectors);
    await expect(moved.add([{ id: 'c', metadata: { name: 'a text' } }])).rejects.toMatchObject({
      message: expect.stringContaining('open it with the embedding "letters"'),
    });
    // One of them alone, where it is named; a record that lacks it stays behind.
    const titles = { database: target, collection: 'titles' };
    const alone = await migrate(from, titles, { ...BARE, field: 'title' });
    expect(alone).toMatchObject({
      written: 1,
      losses: [{ what: 'the vectors cover' }, { what: '1 record without that vector' }],
      verification: { equal: true },
    });
    expect((await verifyMigration(from, titles, { ...BARE, field: 'title' })).equal).toBe(true);
    await expect(verifyMigration(from, titles)).rejects.toMatchObject({ code: 'FIELD_REQUIRED' });
  });

  it('goes on where it was ended, and copies nothing twice that it knows of', async () => {
    await using ends = await openEnds();
    const { source, from, to, options } = ends;
    await (await source.createCollection('books', { dimension: DIMENSION })).add(records(500, DIMENSION));
    const controller = new AbortController();
    const ended = migrate(from, to, {
      ...{ ...options, batch: 20, writers: 2, signal: controller.signal },
      onProgress: ({ records: done }) => {
        if (done >= 100) controller.abort();
      },
    });
    // Pages may be quicker than it is told of them.
    await ended.catch((error: unknown) => expect(error).toMatchObject({ code: 'CANCELLED' }));
    const { resumesAfter } = await planMigration(from, to, options);
    const report = await migrate(from, to, { ...options, batch: 20 });
    expect(report.verification?.equal).toBe(true);
    expect(report.written).toBeLessThanOrEqual(500 - resumesAfter);
    expect(report.resumesAfter).toBe(resumesAfter);
  });

  it('called again, brings what has changed and gone since', async () => {
    await using ends = await openEnds();
    const { source, target, from, to, options } = ends;
    const books = await source.createCollection('books', { dimension: DIMENSION });
    await stock(books, 100);
    await migrate(from, to, options);
    await books.update([{ id: 'r00001', metadata: { changed: true } }]);
    await books.remove(['r00002']);
    await books.namespace('acme').remove(['r00003']);
    await books.namespace('new').add(records(2, DIMENSION, 2));
    const report = await migrate(from, to, options);
    expect(report).toMatchObject({ written: 3, removed: 2, verification: { equal: true } });
    expect(await contentsOf(target, 'books')).toEqual(await contentsOf(source, 'books'));
  });

  it('leaves alone what somebody writes to the target, and names it', async () => {
    await using ends = await openEnds();
    const { source, target, from, to, options } = ends;
    await (await source.createCollection('books', { dimension: DIMENSION })).add(records(30, DIMENSION));
    await migrate(from, to, options);
    const books = await target.openCollection('books');
    await books.add([{ id: 'own', vector: new Float32Array(DIMENSION).fill(1) }]);
    await books.update([{ id: 'r00001', document: 'another' }]);
    await books.remove(['r00002']);
    expect(await verifyMigration(from, to, BARE)).toMatchObject({
      equal: false,
      differing: { missing: 1, different: 1, extra: 1 },
      differences: [
        { id: 'r00001', kind: 'different', parts: ['documents'] },
        { id: 'r00002', kind: 'missing' },
        { id: 'own', kind: 'extra' },
      ],
    });
    const report = await migrate(from, to, options);
    expect(report.written).toBe(2);
    expect(report.verification).toMatchObject({
      equal: false,
      differing: { missing: 0, different: 0, extra: 1 },
    });
  });

  it('refuses a target that is not its own, and merges where it is told to', async () => {
    await using ends = await openEnds();
    const { source, target, from, to, options } = ends;
    await (await source.createCollection('books', { dimension: DIMENSION })).add(records(5, DIMENSION));
    const books = await target.createCollection('books', { dimension: DIMENSION });
    await books.add([{ id: 'own', vector: new Float32Array(DIMENSION).fill(1) }]);
    await expect(migrate(from, to, options)).rejects.toMatchObject({ code: 'TARGET_NOT_EMPTY' });
    const anew = migrate(from, to, { ...options, restart: true });
    await expect(anew).rejects.toMatchObject({ code: 'TARGET_NOT_EMPTY' });
    const report = await migrate(from, to, { ...options, merge: true });
    expect(report).toMatchObject({ written: 5, creates: false, verification: { equal: true } });
    expect(report.verification?.target).toBeUndefined();
    expect(await books.count()).toBe(6);
  });

  it('begins anew where the target was dropped, or it is told to', async () => {
    await using ends = await openEnds();
    const { source, target, from, to, options } = ends;
    await (await source.createCollection('books', { dimension: DIMENSION })).add(records(5, DIMENSION));
    await migrate(from, to, options);
    expect((await migrate(from, to, { ...options, restart: true })).written).toBe(5);
    await target.dropCollection('books');
    await target.createCollection('books', { dimension: DIMENSION });
    const report = await migrate(from, to, options);
    expect(report).toMatchObject({ written: 5, resumesAfter: 0, verification: { equal: true } });
  });

  it('tries again what may succeed later, and loses nothing by it', async () => {
    await using ends = await openEnds();
    const { source, target, from, options } = ends;
    await (await source.createCollection('books', { dimension: DIMENSION })).add(records(90, DIMENSION));
    let writes = 0;
    // Every third write is done, and its answer lost.
    const flaky = standingFor(target, {
      openCollection: async (name: string) => {
        const collection = await target.openCollection(name);
        return standingFor<Collection>(collection, {
          upsert: async (batch) => {
            const ids = await collection.upsert(batch);
            if (++writes % 3 === 0) throw new VecinoError('REMOTE_UNREACHABLE', 'the answer was lost');
            return ids;
          },
        });
      },
    } as Partial<Database>);
    const to = { database: flaky, collection: 'books' };
    const report = await migrate(from, to, { ...options, batch: 16, writers: 2 });
    expect(report).toMatchObject({ written: 90, retried: 2, verification: { equal: true } });
    const never = migrate(from, to, { ...options, restart: true, batch: 16, retries: 0 });
    await expect(never).rejects.toMatchObject({ code: 'REMOTE_UNREACHABLE' });
  });

  it('plans without a trace', async () => {
    const { from, to, folder } = places();
    await using source = await open(from);
    await (await source.createCollection('books', { dimension: DIMENSION })).add(records(5, DIMENSION));
    expect(await planMigration(from, to)).toMatchObject({
      records: 5,
      creates: true,
      resumesAfter: 0,
      losses: [],
    });
    expect(readdirSync(folder)).toEqual(['from']);
    expect(existsSync(join(from, 'migrate'))).toBe(false);
  });
});

describe('files as ends', () => {
  it.each([
    ['jsonl', 103],
    ['parquet', 103],
  ] as const)('.%s holds a collection, and gives it back', async (format, count) => {
    const { from, to, folder } = places();
    await using source = await open(from);
    await stock(await source.createCollection('books', { dimension: DIMENSION, metric: 'l2' }), 80);
    const file = join(folder, `books.${format}`);
    const out = await migrate(from, file, { ...BARE, batch: 30 });
    expect(out).toMatchObject({ written: count, verification: { equal: true } });
    expect(out.losses).toMatchObject([{ what: 'metric, index and model of the collection' }]);
    expect(readdirSync(folder).sort()).toEqual([`books.${format}`, 'from']);
    const back = await migrate(file, to, { ...BARE, batch: 30, metric: 'l2' });
    expect(back).toMatchObject({ written: count, verification: { equal: true } });
    await using target = await open(to);
    expect(await contentsOf(target, 'books')).toEqual(await contentsOf(source, 'books'));
    await expect(migrate(from, file)).rejects.toMatchObject({ code: 'TARGET_NOT_EMPTY' });
  });

  it.each(['npy', 'fvecs'])('.%s holds vectors, and says what it does not', async (format) => {
    const { from, to, folder } = places();
    await using source = await open(from);
    await (await source.createCollection('books', { dimension: DIMENSION })).add(records(40, DIMENSION));
    const file = join(folder, `books.${format}`);
    const out = await migrate(from, file, BARE);
    expect(out.losses.at(-1)?.what).toBe('ids, documents, metadata, expiries and namespaces of records');
    expect(out.verification).toMatchObject({ equal: true });
    expect(Object.keys(out.verification?.source ?? {})).toEqual(['records', 'vectors']);
    const back = await migrate(file, `${to}#again`, { metric: 'cosine', queries: 5 });
    expect(back.verification).toMatchObject({ equal: true, recall: [{ target: 1 }] });
    expect((await verifyMigration(from, file)).equal).toBe(true);
  });

  it('JSON lines keep several vectors by name', async () => {
    const { from, to, folder } = places();
    await using source = await open(from);
    const books = await source.createCollection('books', {
      vectors: { a: { dimension: 1 }, b: { dimension: 2 } },
    });
    await books.add([
      { id: 'x', vectors: { a: [1], b: [1, 2] } },
      { id: 'y', vectors: { b: [-1, 2] } },
    ]);
    const file = join(folder, 'books.jsonl');
    await expect(migrate(from, join(folder, 'books.parquet'))).rejects.toMatchObject({
      code: 'FIELD_REQUIRED',
    });
    expect((await migrate(from, file, BARE)).verification).toMatchObject({ equal: true });
    expect((await migrate(file, to, BARE)).verification).toMatchObject({ equal: true });
    await using target = await open(to);
    expect(await contentsOf(target, 'books')).toEqual(await contentsOf(source, 'books'));
  });

  it('goes on at the byte where a file was left, and leaves no half of one', async () => {
    const { from, folder } = places();
    await using source = await open(from);
    await (await source.createCollection('books', { dimension: DIMENSION })).add(records(300, DIMENSION));
    const file = join(folder, 'books.jsonl');
    const controller = new AbortController();
    const onProgress = ({ stage }: MigrationProgress) => {
      if (stage === 'copying') controller.abort();
    };
    const ended = migrate(from, file, { batch: 10, signal: controller.signal, onProgress });
    await expect(ended).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(existsSync(file)).toBe(false);
    expect((await migrate(from, file, { ...BARE, batch: 10 })).verification).toMatchObject({ equal: true });
    expect(readFileSync(file, 'utf8').trimEnd().split('\n')).toHaveLength(300);
  });

  it('names the line that is no record', async () => {
    const { to, folder } = places();
    const file = join(folder, 'books.jsonl');
    writeFileSync(file, '{"id":"a","vector":[1,2]}\n{"id":"b","vector":"none"}\n');
    await expect(migrate(file, to)).rejects.toMatchObject({
      code: 'INPUT_MALFORMED',
      details: { row: 1, expected: 'an array of numbers in "vector"' },
    });
  });
});

function places(): { readonly folder: string; readonly from: string; readonly to: string } {
  const folder = temporaryFolder();
  return { folder, from: join(folder, 'from'), to: join(folder, 'to') };
}

/** Two databases in memory, which are quickly opened, and a journal that lies nowhere else. */
async function openEnds() {
  const [source, target] = await Promise.all([open(':memory:'), open(':memory:')]);
  return {
    ...{ source, target },
    from: { database: source, collection: 'books' },
    to: { database: target, collection: 'books' },
    options: { ...BARE, journal: join(temporaryFolder(), 'journal.json') },
    [Symbol.asyncDispose]: async () => {
      await source.close();
      await target.close();
    },
  };
}

async function describeBooks(database: Database) {
  const { serving: _, ...described } = await (await database.openCollection('books')).describe();
  return described;
}
