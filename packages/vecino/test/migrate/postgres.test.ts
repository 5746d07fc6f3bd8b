import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { open } from '../../src/index.ts';
import { type MigrationEnd, migrate, planMigration, verifyMigration } from '../../src/migrate.ts';
import type { Running } from '../drivers/engine.ts';
import { postgres } from '../drivers/postgres-engine.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { contentsOf, records, stock } from './stocked.ts';

const DIMENSION = 8;

describe('to PostgreSQL and back', () => {
  let server: Running;
  beforeAll(async () => {
    server = await postgres.start();
  }, 60_000);
  afterAll(() => server.stop());

  it('brings everything there and back to the bit', { timeout: 60_000 }, async () => {
    const [from, back] = [temporaryFolder(), join(temporaryFolder(), 'back')];
    await using source = await open(from);
    await stock(
      await source.createCollection('books', { dimension: DIMENSION, metric: 'l2', fullText: true }),
      200,
    );
    await using middle = await server.open('migrate');
    const there = await migrate(from, { database: middle, collection: 'moved' }, { queries: 10, batch: 50 });
    expect(there).toMatchObject({ written: 253, losses: [], verification: { equal: true, vectors: 'f32' } });
    expect(there.verification?.recall).toMatchObject([{ queries: 10, source: 1, agreement: 1 }]);
    const again = await migrate({ database: middle, collection: 'moved' }, `${back}#books`, {
      queries: 0,
      batch: 50,
    });
    expect(again.verification).toMatchObject({ equal: true, source: there.verification?.source });
    await using target = await open(back);
    expect(await contentsOf(target, 'books')).toEqual(await contentsOf(source, 'books'));
    const [before, after] = [source, target].map(async (db) => (await db.openCollection('books')).describe());
    const { serving: _, ...described } = (await before) ?? {};
    expect(await after).toMatchObject(described);
  });

  it('says what an index loses before anything is written', async () => {
    const from = temporaryFolder();
    await using source = await open(from);
    const index = { family: 'hnsw', M: 12, efConstruction: 90, recall: 0.9, originals: 'disk' } as const;
    await source.createCollection('books', { dimension: DIMENSION, index });
    await source.createCollection('lists', { dimension: DIMENSION, index: 'lsh' });
    await using middle = await server.open('losses');
    const plan = await planMigration(`${from}#books`, { database: middle, collection: 'books' });
    expect(plan.losses).toHaveLength(1);
    const [loss] = plan.losses;
    expect(loss?.what).toMatch(/^of the index: .*originals disk.*recall 0.9$/);
    expect(loss?.because).toContain('PostgreSQL (pgvector) does not support');
    expect(await middle.listCollections()).toEqual([]);
    await migrate(`${from}#books`, { database: middle, collection: 'books' }, { queries: 0 });
    const { serving } = await (await middle.openCollection('books')).describe();
    expect(serving.options).toMatchObject({ family: 'hnsw', M: 12, efConstruction: 90 });
    const other = await planMigration(`${from}#lists`, { database: middle, collection: 'lists' });
    expect(other.losses).toMatchObject([{ what: 'the index (family lsh)' }]);
  });

  it('compares as 16-bit floats what is kept so', async () => {
    const from = temporaryFolder();
    await using source = await open(from);
    await (await source.createCollection('books', { dimension: DIMENSION })).add(records(50, DIMENSION));
    await using middle = await server.open('half');
    const to: MigrationEnd = { database: middle, collection: 'books' };
    const index = { family: 'hnsw', originals: 'f16' } as const;
    const { verification } = await migrate(from, to, { index, queries: 0 });
    expect(verification).toMatchObject({ equal: true, vectors: 'f16' });
    const books = await middle.openCollection('books');
    await books.update([{ id: 'r00001', vector: new Float32Array(DIMENSION).fill(0.5) }]);
    expect(await verifyMigration(from, to, { queries: 0 })).toMatchObject({
      equal: false,
      vectors: 'f16',
      differences: [{ id: 'r00001', kind: 'different', parts: ['vectors'] }],
    });
  });

  it('finds what has changed at a source without a feed, and names what is gone', async () => {
    const to = join(temporaryFolder(), 'to');
    await using source = await server.open('changing');
    const books = await source.createCollection('books', { dimension: DIMENSION });
    await books.add(records(40, DIMENSION));
    const from: MigrationEnd = { database: source, collection: 'books' };
    await migrate(from, to, { queries: 0 });
    await books.update([{ id: 'r00001', document: 'changed' }]);
    await books.add([{ id: 'new', vector: new Float32Array(DIMENSION).fill(1) }]);
    await books.remove(['r00002']);
    const { written, verification } = await migrate(from, to, { queries: 0 });
    expect(written).toBe(2);
    expect(verification).toMatchObject({
      equal: false,
      differing: { missing: 0, different: 0, extra: 1 },
      differences: [{ id: 'r00002', kind: 'extra' }],
    });
  });

  it('shows no password, whatever happens', async () => {
    const from = temporaryFolder();
    await using source = await open(from);
    await (await source.createCollection('books', { dimension: DIMENSION })).add(records(3, DIMENSION));
    const url = new URL(server.address ?? '');
    // Who trusts everybody heeds no password.
    url.password ||= 'rosebud';
    const address = url.href;
    const password = decodeURIComponent(url.password);
    const options = { connection: { schema: `vecino-test-${process.pid}-secrets` } };
    const journal = join(from, 'journal.json');
    const to = { location: address, collection: 'books', options };
    const report = await migrate(from, to, { queries: 0, journal });
    expect(report.verification?.equal).toBe(true);
    const failures = await Promise.all(
      [
        migrate(from, { ...to, collection: 'other' }, { journal: join(from, 'no', '\0') }),
        migrate(`${address}#none`, from),
        migrate(from, `${address.replace(/:\d+\//, ':1/')}#books`, { retries: 0 }),
      ].map((call) => call.catch((error: unknown) => error)),
    );
    const all = [report, readFileSync(journal, 'utf8'), ...failures];
    for (const one of failures) expect(one).toBeInstanceOf(Error);
    for (const one of all) {
      const text = `${JSON.stringify(one)} ${one instanceof Error ? `${one.message} ${one.stack}` : ''}`;
      expect(text).not.toContain(password);
      expect(text).not.toContain(url.password);
    }
  });
});
