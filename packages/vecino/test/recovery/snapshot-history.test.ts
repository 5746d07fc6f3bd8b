import { execFileSync } from 'node:child_process';
import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Warning } from '../../src/api/database.ts';
import { Segment } from '../../src/engine/index/segment.ts';
import { open } from '../../src/index.ts';
import { SnapshotReader } from '../../src/storage/snapshot-file.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { KINDS, Library, libraryOf, putAside } from './recovery-fixture.ts';

const RECORDS = 300;

describe.each(KINDS)('a snapshot and a store of different moments: $name', (kind) => {
  it('an older snapshot is brought up to date, without a warning', async () => {
    const library = await libraryOf(temporaryFolder(), kind, RECORDS);
    const putBack = putAside(library.snapshot);
    const session = await library.open();
    await library.remove(session, 0, 150);
    await session.compact();
    // Takes the places of the removed.
    await library.put(session, 1_000, 200);
    await library.put(session, 200, 50);
    await session.compact();
    await library.close();
    putBack();

    const collection = await library.open();
    await library.verify(collection);
    // Places that are taken must not be given again.
    await library.put(collection, 2_000, 300);
    await library.remove(collection, 1_000, 20);
    await library.verify(collection);
    await library.close();
    expect(library.warnings).toEqual([]);
    await library.verify(await library.open());
    expect(library.warnings).toEqual([]);
  });

  it('the last places, removed after the snapshot, are given again once each', async () => {
    const library = await libraryOf(temporaryFolder(), kind, RECORDS);
    const putBack = putAside(library.snapshot);
    await library.remove(await library.open(), RECORDS - 20, 20);
    await library.close();
    putBack();

    const collection = await library.open();
    // In one go, so that what was removed and what was never used are asked for together.
    await library.put(collection, 1_000, 60);
    await library.verify(collection);
    expect(library.warnings).toEqual([]);
  });

  it('any snapshot of a long history will do', async () => {
    const library = await libraryOf(temporaryFolder(), kind, RECORDS);
    const snapshots = [putAside(library.snapshot)];
    for (let round = 0; round < 8; round++) {
      const collection = await library.open();
      expect(library.warnings).toEqual([]);
      await library.verify(collection);
      for (let times = 0; times < 4; times++) {
        await library.remove(collection, library.integer(600), library.integer(100));
        if (library.integer(2) === 0) await collection.compact();
        await library.put(collection, library.integer(600), 1 + library.integer(100));
      }
      if (library.integer(2) === 0) await collection.flush();
      await library.close();
      snapshots.push(putAside(library.snapshot));
      snapshots[library.integer(snapshots.length)]?.();
    }
    await library.verify(await library.open());
    expect(library.warnings).toEqual([]);
  });

  it('a snapshot that is ahead of the store is not believed', async () => {
    const library = await libraryOf(temporaryFolder(), kind, RECORDS);
    const putBack = putAside(library.store);
    const expected = new Map(library.expected);
    const session = await library.open();
    await library.remove(session, 0, 100);
    await library.put(session, 150, 100);
    await session.compact();
    await library.close();
    putBack();
    rmSync(`${library.store}-wal`, { force: true });
    rmSync(`${library.store}-shm`, { force: true });
    library.expected.clear();
    for (const [id, vector] of expected) library.expected.set(id, vector);

    const collection = await library.open();
    expect(library.warnings).toEqual(['SNAPSHOT_REBUILT']);
    await library.verify(collection);
  });

  it('nor is it later, when a crash has followed and the store has caught up with its number', async () => {
    const library = await libraryOf(temporaryFolder(), kind, RECORDS);
    const putBack = putAside(library.store);
    const expected = new Map(library.expected);
    const session = await library.open();
    await library.put(session, 0, 250);
    await library.close();
    putBack();
    rmSync(`${library.store}-wal`, { force: true });
    rmSync(`${library.store}-shm`, { force: true });
    library.expected.clear();
    for (const [id, vector] of expected) library.expected.set(id, vector);

    const collection = await library.open();
    expect(library.warnings).toEqual(['SNAPSHOT_REBUILT']);
    // Other records than the snapshot knows get the numbers that it knows, and more.
    await library.put(collection, 1_000, 600);
    const crashed = new Library(imageOfCrash(library.folder), kind, 3);
    for (const [id, vector] of library.expected) crashed.expected.set(id, vector);
    await crashed.verify(await crashed.open());
  });

  it('a snapshot of another folder is not believed', async () => {
    const library = await libraryOf(temporaryFolder(), kind, RECORDS);
    const other = new Library(temporaryFolder(), kind, 99);
    await other.put(await other.open(), 0, RECORDS);
    await other.close();
    copyFileSync(other.snapshot, library.snapshot);
    await library.verify(await library.open());
    expect(library.warnings).toEqual(['SNAPSHOT_REBUILT']);
  });

  it('everything acknowledged is there after a crash that left an older snapshot or none', async () => {
    const library = new Library(temporaryFolder(), kind);
    const collection = await library.open();
    await library.put(collection, 0, RECORDS);
    await verifyCrash(library, ['SNAPSHOT_REBUILT']);
    await collection.compact();
    // The newest, whose places are the last that the snapshot knows.
    await library.remove(collection, RECORDS - 20, 20);
    await verifyCrash(library, []);
    await library.put(collection, 100, 100);
    await library.remove(collection, 0, 50);
    await verifyCrash(library, []);
    await collection.compact();
    await library.put(collection, 500, 60);
    await verifyCrash(library, []);
  });
});

it.each(KINDS.slice(0, 2))(
  'a snapshot that is written while a reader opens is believed: $name',
  async (kind) => {
    const library = await libraryOf(temporaryFolder(), kind, RECORDS);
    const writing = await library.open();
    const { load } = Segment.prototype;
    const loading = vi.spyOn(Segment.prototype, 'load').mockImplementationOnce(async function (
      this: Segment,
      ...args
    ) {
      await library.put(writing, RECORDS, 5);
      await writing.compact();
      return load.apply(this, args);
    });
    onTestFinished(() => loading.mockRestore());
    const warnings: string[] = [];
    const onWarning = ({ message }: Warning) => warnings.push(message);
    await using reader = await open(library.folder, { readOnly: true, onWarning });
    await library.verify(await reader.openCollection('books'));
    expect(loading).toHaveBeenCalled();
    expect(warnings).toEqual([]);
  },
);

describe.each(KINDS.filter(({ name }) => name.startsWith('hnsw')))('a snapshot of a graph: $name', (kind) => {
  it('leaves walks that find as much after an older one was brought up to date in a hurry', async () => {
    const library = await libraryOf(temporaryFolder(), kind, 3_000);
    const putBack = putAside(library.snapshot);
    const session = await library.open();
    await library.remove(session, 0, 3_000);
    await session.compact();
    // Every place now holds another vector than the snapshot has linked there.
    await library.put(session, 5_000, 3_000);
    await session.flush();
    const before = await library.recall(session);
    await library.close();
    putBack();
    await library.open();
    // No time to mend anything.
    await library.close();
    const collection = await library.open();
    await library.verify(collection);
    await collection.flush();
    expect(await library.recall(collection)).toBeGreaterThan(before - 0.05);
  });
});

it('a collection that was closed empty learns from its first vectors like any other', async () => {
  const [, , dot] = KINDS;
  if (!dot) throw new Error('no kind with the metric dot');
  const library = new Library(temporaryFolder(), dot);
  await library.open();
  await library.close();
  await library.put(await library.open(), 0, RECORDS);
  await library.close();
  const reader = new SnapshotReader(library.snapshot);
  reader.close();
  expect(reader.header['lengthBound']).toBeGreaterThan(0);
});

async function verifyCrash(library: Library, warnings: readonly string[]): Promise<void> {
  const crashed = new Library(imageOfCrash(library.folder), library.kind, 3);
  for (const [id, vector] of library.expected) crashed.expected.set(id, vector);
  const collection = await crashed.open();
  expect(crashed.warnings).toEqual(warnings);
  await crashed.verify(collection);
  await crashed.close();
}

/**
 * The folder as it would be found if the process died now. Copied by a process of its own: closing a database
 * file that this process has open would release its locks.
 */
function imageOfCrash(folder: string): string {
  const image = join(temporaryFolder(), 'image');
  const copy = "require('node:fs').cpSync(process.argv[1], process.argv[2], { recursive: true })";
  execFileSync(process.execPath, ['--eval', copy, folder, image]);
  return image;
}
