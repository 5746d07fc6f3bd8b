import { cpSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { open } from '../../src/index.ts';
import { nearest } from '../../src/kernel/oracle.ts';
import { openStore } from '../../src/storage/open-store.ts';
import { SnapshotReader } from '../../src/storage/snapshot-file.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { frozenRecords } from './frozen-records.ts';

/**
 * Files as earlier versions wrote them (see `make-v1.ts` and `make-blocks-3.ts`). They must open for ever: these tests
 * only ever grow.
 */
function frozen(name: 'v1' | 'blocks-3' = 'v1'): string {
  const folder = temporaryFolder();
  cpSync(fileURLToPath(new URL(`./${name}`, import.meta.url)), folder, { recursive: true });
  return folder;
}

const BOOKS = 2;
const POINTS = 3;
const PARTS = ['vector', 'document', 'metadata'] as const;

/** What brings an older store up to date, which needs one who may write. */
async function migrated(folder: string): Promise<string> {
  const store = await openStore(folder, { readOnly: false, create: false });
  await store.close();
  return folder;
}

describe('a store of schema version 1', () => {
  it.each([
    ['reading', { readOnly: true, create: false }],
    ['writing', { readOnly: false, create: false }],
  ])('opens for %s, with all that it held', async (_, options) => {
    const store = await openStore(await migrated(frozen()), options);
    const { reader } = store;
    expect(reader.collections()).toEqual([
      {
        id: BOOKS,
        identity: '20305f8b1f3fa7cc17694ef3a8450cbe',
        name: 'books',
        dimension: 3,
        metric: 'cosine',
        embedding: { name: 'test/model', dimension: 3 },
        index: { family: 'hnsw', M: 16, efConstruction: 200, efSearch: 64, seed: 42 },
        vectorSet: 0,
        seq: 10,
      },
      {
        id: POINTS,
        identity: 'ccdfcb1555f6410ad7490f8b717e32c8',
        name: 'points',
        dimension: 2,
        metric: 'l2',
        embedding: null,
        index: { family: 'flat' },
        vectorSet: 0,
        seq: 11,
      },
    ]);
    expect(reader.scan(BOOKS, 0, 10, PARTS)).toEqual([
      {
        slot: 2,
        namespace: 0,
        id: 'größe \u{1F600}',
        seq: 10,
        vector: Float32Array.of(1e-45, 3.4028234663852886e38, -0),
        document: 'patched',
        metadata: '{"patched":true}',
      },
      {
        slot: 4_294_967_294,
        namespace: 0,
        id: 'hp1',
        seq: 9,
        vector: Float32Array.of(0, 1, 0),
        document: '',
        metadata: '{"year":1998}',
      },
    ]);
    expect(reader.scan(POINTS, 0, 10, PARTS)).toEqual([
      {
        slot: 7,
        namespace: 0,
        id: 'p',
        seq: 11,
        vector: Float32Array.of(3, 4),
        document: null,
        metadata: '{}',
      },
    ]);
    expect(reader.changesSince(BOOKS, 0, 10)).toEqual([
      { seq: 8, slot: 1, removed: true },
      { seq: 9, slot: 4_294_967_294, removed: false },
      { seq: 10, slot: 2, removed: false },
    ]);
    expect(reader.removalsForgottenUntil(BOOKS)).toBe(7);
    // Version 1 kept no ids of removed records: who has seen less must start over.
    expect(reader.removedForgottenUntil(BOOKS)).toBe(10);
    expect(reader.recordChanges(BOOKS, { namespace: 0, after: 0, until: 10, limit: 10, now: 0 })).toEqual([
      { seq: 9, slot: 4_294_967_294, id: 'hp1' },
      { seq: 10, slot: 2, id: 'größe \u{1F600}' },
    ]);
    expect(reader.nextExpiry(BOOKS, 0)).toBeUndefined();
    expect(await store.check()).toEqual([]);
    await store.close();
  });

  it('asks a reader for one writer', async () => {
    const options = { readOnly: true, create: false };
    await expect(openStore(frozen(), options)).rejects.toMatchObject({ code: 'STORE_READ_ONLY' });
  });

  it('goes on where it stopped', async () => {
    const store = await openStore(frozen(), { readOnly: false, create: false });
    const created = await store.writer?.createCollection({
      name: 'new',
      dimension: 1,
      metric: 'dot',
      embedding: null,
      index: {},
    });
    expect(created).toMatchObject({ id: 4, seq: 12 });
    await store.close();
  });
});

describe('a snapshot container of version 1', () => {
  it('opens', async () => {
    const reader = new SnapshotReader(`${frozen()}/index/${BOOKS}.snapshot`);
    expect(reader.header).toEqual({ kind: 'test', seq: 10, größe: 1 });
    const chunks = [new Uint8Array(4), new Uint8Array(0), new Uint8Array(1_000)];
    for (const chunk of chunks) reader.chunkInto(chunk);
    expect(chunks).toEqual([
      Uint8Array.of(1, 2, 3, 255),
      new Uint8Array(0),
      Uint8Array.from({ length: 1_000 }, (_, i) => i & 255),
    ]);
    reader.finish();
    reader.close();
  });
});

describe('a snapshot with blocks of version 3', () => {
  const records = frozenRecords();

  async function openBooks(folder: string, options: { readonly readOnly: boolean }) {
    const said: string[] = [];
    const onWarning = ({ code, message }: { code: string; message: string }) =>
      said.push(`${code}: ${message}`);
    const database = await open(folder, { ...options, onWarning });
    onTestFinished(() => database.close());
    return { database, books: await database.openCollection('books'), said };
  }

  async function expectWhole({ books }: Awaited<ReturnType<typeof openBooks>>): Promise<void> {
    expect(await books.count()).toBe(records.length);
    const vectors = records.map(({ vector }) => vector);
    for (const { vector, metadata } of records.slice(0, 10)) {
      const truth = nearest('l2', vector, vectors, 5).map(({ ordinal }) => `r${ordinal}`);
      expect((await books.search({ vector, k: 5 })).map(({ id }) => id)).toEqual(truth);
      const filtered = await books.search({ vector, k: 80, filter: metadata });
      expect(filtered).toHaveLength(8);
    }
    await books.flush();
    expect((await books.check()).problems).toEqual([]);
  }

  it.each([true, false])(
    'is said to be outdated and made anew from the records: reading only %s',
    async (readOnly) => {
      const folder = await migrated(frozen('blocks-3'));
      const opened = await openBooks(folder, { readOnly });
      expect(opened.said).toHaveLength(1);
      expect(opened.said[0]).toMatch(/^SNAPSHOT_REBUILT: .*rebuilt from the records.*by another version/);
      await expectWhole(opened);
      await opened.database.close();

      const again = await openBooks(folder, { readOnly });
      await expectWhole(again);
      expect(again.said, 'who only reads leaves it as it is').toHaveLength(readOnly ? 1 : 0);
    },
  );
});
