import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../../test/temporary-folder.ts';
import { type OpenStoreOptions, openStore } from './open-store.ts';
import type { NewCollection, Store, StoreWriter, WriteBatch } from './store.ts';

const WRITING: OpenStoreOptions = { readOnly: false, create: true };
const READING: OpenStoreOptions = { readOnly: true, create: false };

const BOOKS: NewCollection = { name: 'books', dimension: 256, metric: 'cosine', embedding: null, index: {} };

async function open(location: string, options: OpenStoreOptions): Promise<Store> {
  const store = await openStore(location, options);
  onTestFinished(() => store.close().catch(() => undefined));
  return store;
}

function writerOf(store: Store): StoreWriter {
  if (store.writer === undefined) throw new Error('opened for reading');
  return store.writer;
}

function putting(collection: number, from: number, count: number): WriteBatch {
  const slots = Uint32Array.from({ length: count }, (_, i) => from + i);
  return {
    collection,
    removals: new Uint32Array(),
    puts: {
      slots,
      ids: Array.from(slots, (slot) => `id ${slot}`),
      vectors: Float32Array.from({ length: count * BOOKS.dimension }, (_, i) => i % 1_000),
      documents: Array.from(slots, (slot) => `document ${slot}`),
      metadata: Array.from(slots, (slot) => JSON.stringify({ slot })),
    },
    patches: { slots: new Uint32Array(), documents: [], metadata: [] },
  };
}

async function folderWithBooks(count: number): Promise<string> {
  const folder = temporaryFolder();
  const store = await openStore(folder, WRITING);
  const { id } = await writerOf(store).createCollection(BOOKS);
  await writerOf(store).write(putting(id, 0, count));
  await store.close();
  return folder;
}

function code(expected: string) {
  return expect.objectContaining({ code: expected });
}

describe('opening a store', () => {
  it('makes the folder, and leaves the files that are documented', async () => {
    const folder = join(temporaryFolder(), 'deep', 'library');
    const store = await open(folder, WRITING);
    expect(readdirSync(folder).sort()).toEqual([
      'index',
      'lock.sqlite',
      'store.sqlite',
      'store.sqlite-shm',
      'store.sqlite-wal',
      'writer.json',
    ]);
    await store.close();
    expect(readdirSync(folder).sort()).toEqual([
      'index',
      'lock.sqlite',
      'store.sqlite',
      'store.sqlite-shm',
      'store.sqlite-wal',
    ]);
    expect(readFileSync(join(folder, 'store.sqlite-wal'))).toHaveLength(0);
  });

  it('moves in beside other files', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'notes.txt'), 'mine');
    const store = await open(folder, WRITING);
    await store.close();
    expect(readFileSync(join(folder, 'notes.txt'), 'utf8')).toBe('mine');
  });

  it('gives back what was written', async () => {
    const folder = await folderWithBooks(10);
    const store = await open(folder, { readOnly: false, create: false });
    const [books] = store.reader.collections();
    expect(books).toMatchObject({ ...BOOKS, seq: 11 });
    expect(store.reader.rows(books?.id ?? 0, [9], ['document', 'metadata'])).toEqual([
      { slot: 9, namespace: 0, id: 'id 9', seq: 11, document: 'document 9', metadata: '{"slot":9}' },
    ]);
  });

  it.each([
    ['a missing folder', { readOnly: false, create: false }],
    ['a missing folder', READING],
  ])('refuses %s with %o', async (_, options) => {
    const folder = join(temporaryFolder(), 'missing');
    await expect(openStore(folder, options)).rejects.toThrow(code('STORE_NOT_FOUND'));
    expect(existsSync(folder)).toBe(false);
  });

  it('for reading refuses a folder without a store, and leaves it as it is', async () => {
    const folder = temporaryFolder();
    await expect(openStore(folder, READING)).rejects.toThrow(code('STORE_NOT_FOUND'));
    await expect(openStore(folder, { readOnly: false, create: false })).rejects.toThrow(
      code('STORE_NOT_FOUND'),
    );
    expect(readdirSync(folder)).toEqual([]);
    writeFileSync(join(folder, 'store.sqlite'), '');
    await expect(openStore(folder, READING)).rejects.toThrow(code('STORE_NOT_FOUND'));
  });

  it('refuses a file', async () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, 'text');
    await expect(openStore(file, WRITING)).rejects.toThrow(code('OPTION_INVALID'));
    expect(readFileSync(file, 'utf8')).toBe('text');
  });

  it('removes what a crash left behind, and nothing else', async () => {
    const folder = await folderWithBooks(1);
    const index = join(folder, 'index');
    for (const name of ['1.snapshot', '1.snapshot.partial', '99.snapshot', 'readme']) {
      writeFileSync(join(index, name), '');
    }
    await (await open(folder, READING)).close();
    expect(readdirSync(index)).toHaveLength(4);
    await (await open(folder, WRITING)).close();
    expect(readdirSync(index).sort()).toEqual(['1.snapshot', 'readme']);
  });
});

describe('a damaged file', () => {
  it.each([
    ['is no database at all', 'no database, '.repeat(100)],
    ['has lost its beginning', new Uint8Array(4_096)],
  ])('that %s is refused by name, and left as it is', async (_, content) => {
    const folder = temporaryFolder();
    const file = join(folder, 'store.sqlite');
    writeFileSync(file, content);
    for (const options of [WRITING, READING]) {
      await expect(openStore(folder, options)).rejects.toThrow(
        expect.objectContaining({ code: 'STORE_CORRUPT', message: expect.stringContaining(file) }),
      );
    }
    expect(readFileSync(file)).toEqual(Buffer.from(content as string));
    rmSync(file);
    await (await open(folder, WRITING)).close();
  });

  it('is found by reads and by the check', async () => {
    const folder = await folderWithBooks(500);
    const file = join(folder, 'store.sqlite');
    const bytes = readFileSync(file);
    bytes.fill(0xa5, bytes.length >> 1);
    writeFileSync(file, bytes);
    const store = await open(folder, READING);
    expect(() => store.reader.scan(1, 0, 500, ['vector', 'document'])).toThrow(code('STORE_CORRUPT'));
    const problems = await store.check().catch((error: unknown) => error);
    if (Array.isArray(problems)) expect(problems).not.toEqual([]);
    else expect(problems).toMatchObject({ code: 'STORE_CORRUPT' });
  });
});

describe('one writer and many readers', () => {
  it('refuses the second writer, however its path is spelled, and says who is first', async () => {
    const folder = temporaryFolder();
    const first = await open(folder, WRITING);
    const link = join(temporaryFolder(), 'link');
    symlinkSync(folder, link);
    for (const path of [folder, `${folder}/../${folder.split('/').at(-1)}/.`, link]) {
      await expect(openStore(path, WRITING)).rejects.toThrow(
        expect.objectContaining({
          code: 'STORE_LOCKED',
          message: expect.stringContaining('{ readOnly: true }'),
          details: expect.objectContaining({ pid: process.pid }),
        }),
      );
    }
    await first.close();
    await (await open(link, WRITING)).close();
  });

  it('lets readers see each commit at once', async () => {
    const folder = temporaryFolder();
    const writing = await open(folder, WRITING);
    const { id } = await writerOf(writing).createCollection(BOOKS);
    const readers = [await open(folder, READING), await open(folder, READING)];
    for (let round = 1; round <= 3; round++) {
      const before = readers.map(({ reader }) => reader.dataVersion());
      await writerOf(writing).write(putting(id, round, 1));
      readers.forEach(({ reader }, i) => {
        expect(reader.count(id)).toBe(round);
        expect(reader.dataVersion()).not.toBe(before[i]);
      });
      expect(writing.reader.count(id)).toBe(round);
    }
    expect(readers[0]?.writer).toBeUndefined();
  });

  it('lets a reader stay open while the writer goes and another comes', async () => {
    const folder = await folderWithBooks(2);
    const reading = await open(folder, READING);
    for (let round = 1; round <= 2; round++) {
      const writing = await open(folder, WRITING);
      await writerOf(writing).write(putting(1, 10 * round, 5));
      await writing.close();
      expect(reading.reader.count(1)).toBe(2 + 5 * round);
    }
    expect(await reading.check()).toEqual([]);
  });
});

describe('writing in a folder', () => {
  it('takes batches of many slices as one change', async () => {
    const store = await open(temporaryFolder(), WRITING);
    const { id } = await writerOf(store).createCollection(BOOKS);
    const batch = putting(id, 0, 5_000);
    expect(await writerOf(store).write(batch)).toMatchObject({ lastSeq: 5_001 });
    const rows = store.reader.scan(id, 0, 5_000, ['vector']);
    expect(rows).toHaveLength(5_000);
    rows.forEach(({ vector }, slot) => {
      const expected = batch.puts.vectors.subarray(slot * BOOKS.dimension, (slot + 1) * BOOKS.dimension);
      if (
        Buffer.compare(
          Buffer.from(new Uint8Array(expected).buffer),
          Buffer.from(new Uint8Array(vector ?? []).buffer),
        ) !== 0
      ) {
        expect.unreachable(`the vector of slot ${slot} differs`);
      }
    });
  });

  it('keeps the order of writes that are not waited for', async () => {
    const store = await open(temporaryFolder(), WRITING);
    const { id } = await writerOf(store).createCollection(BOOKS);
    const writes = [putting(id, 0, 2_000), putting(id, 2_000, 1), putting(id, 2_001, 3_000)];
    const written = await Promise.all(writes.map((batch) => writerOf(store).write(batch)));
    expect(written.map(({ lastSeq }) => lastSeq)).toEqual([2_001, 2_002, 5_002]);
  });

  it('undoes a batch of many slices where the last one fails', async () => {
    const store = await open(temporaryFolder(), WRITING);
    const { id } = await writerOf(store).createCollection(BOOKS);
    const batch = putting(id, 0, 5_000);
    batch.puts.slots[4_999] = 0;
    await expect(writerOf(store).write(batch)).rejects.toThrow(code('INTERNAL'));
    expect(store.reader.count(id)).toBe(0);
    expect(await writerOf(store).write(putting(id, 0, 1))).toMatchObject({ lastSeq: 2 });
  });

  it('finishes what was asked for before it closes, and refuses what comes later', async () => {
    const folder = temporaryFolder();
    const store = await open(folder, WRITING);
    const writer = writerOf(store);
    const { id } = await writer.createCollection(BOOKS);
    const write = writer.write(putting(id, 0, 3_000));
    await store.close();
    expect(await write).toMatchObject({ lastSeq: 3_001 });
    await expect(writer.write(putting(id, 3_000, 1))).rejects.toThrow(code('DATABASE_CLOSED'));
    expect(() => store.reader.count(id)).toThrow(code('DATABASE_CLOSED'));
    await store.close();
    expect((await open(folder, READING)).reader.count(id)).toBe(3_000);
  });

  it('drops a collection together with its snapshot', async () => {
    const store = await open(temporaryFolder(), WRITING);
    const { id } = await writerOf(store).createCollection(BOOKS);
    await writerOf(store).write(putting(id, 0, 10));
    const snapshot = store.snapshotPath(id, 1) ?? '';
    writeFileSync(snapshot, 'an index');
    await writerOf(store).dropCollection(id);
    expect(existsSync(snapshot)).toBe(false);
    expect(store.reader.collections()).toEqual([]);
    expect(await store.check()).toEqual([]);
  });
});

describe('a full disk', () => {
  it.each(['a folder', 'memory'])('undoes the batch and leaves %s usable', async (place) => {
    const location = place === 'memory' ? ':memory:' : temporaryFolder();
    const store = await open(location, { ...WRITING, pagesMax: 60 });
    const { id } = await writerOf(store).createCollection(BOOKS);
    await writerOf(store).write(putting(id, 0, 100));
    await expect(writerOf(store).write(putting(id, 100, 3_000))).rejects.toThrow(
      expect.objectContaining({ code: 'DISK_FULL', retryable: true }),
    );
    expect(store.reader.count(id)).toBe(100);
    expect(await store.check()).toEqual([]);
    expect(await writerOf(store).write(putting(id, 100, 10))).toMatchObject({ lastSeq: 111 });
  });
});

describe('the log', () => {
  it('does not outgrow its bound by more than a batch', async () => {
    const folder = temporaryFolder();
    const store = await open(folder, WRITING);
    const { id } = await writerOf(store).createCollection(BOOKS);
    for (let i = 0; i < 30; i++) await writerOf(store).write(putting(id, i * 1_000, 1_000));
    const database = store.reader.count(id) * BOOKS.dimension * 4;
    expect(store.bytes()).toBeGreaterThan(database);
    expect(store.bytes()).toBeLessThan(database * 1.5 + (24 << 20));
  });
});
