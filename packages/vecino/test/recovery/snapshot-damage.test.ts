import { existsSync, mkdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Warning } from '../../src/api/database.ts';
import type { IndexChoice } from '../../src/api/index-options.ts';
import { seededRandom } from '../../src/base/random.ts';
import { open } from '../../src/index.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { changeHeader, KINDS, type Kind, type Library, libraryOf, putAside } from './recovery-fixture.ts';

const RECORDS = 300;

/** Headers that are sound in themselves and do not belong here. */
const HEADERS: Readonly<Record<string, (header: Record<string, unknown>) => unknown>> = {
  'another version of the blocks': (header) => ({ ...header, blockVersion: 9_999 }),
  'another dimension': (header) => ({ ...header, dimension: 9 }),
  'another metric': (header) => ({ ...header, metric: 'hamming' }),
  'another index': (header) => ({ ...header, index: { family: 'ivf' } }),
  'another collection': (header) => ({ ...header, collection: 'of another folder' }),
  'another size of block': (header) => ({ ...header, storedBytes: 8 }),
  'a state that is yet to come': (header) => ({ ...header, seq: 1e12 }),
  'more nodes than it has': (header) => ({ ...header, nodes: 5_000 }),
  'more nodes than memory': (header) => ({ ...header, nodes: 2 ** 31 }),
  'an entry point that it has not': (header) => ({ ...header, entry: { node: 4_999, level: 0 } }),
  nothing: () => ({}),
  'no object': () => null,
};

/** Opens a library whose snapshot is not to be used: it must say so once, be right, and write another. */
async function expectRebuilt(library: Library): Promise<void> {
  const collection = await library.open();
  expect(library.warnings).toEqual(['SNAPSHOT_REBUILT']);
  await library.verify(collection);
  await library.put(collection, library.integer(RECORDS), 5);
  await library.close();
  expect(library.warnings).toEqual(['SNAPSHOT_REBUILT']);
}

async function expectSound(library: Library): Promise<void> {
  await library.verify(await library.open());
  expect(library.warnings).toEqual([]);
}

describe.each(KINDS)('a snapshot that cannot be used is rebuilt: $name', (kind) => {
  it('is not rebuilt where nothing is wrong with it', async () => {
    const library = await libraryOf(temporaryFolder(), kind, RECORDS);
    const collection = await library.open();
    if (kind.options.index !== 'flat') expect((await collection.stats()).index.pending).toBe(0);
    await library.verify(collection);
    expect(library.warnings).toEqual([]);
  });

  it('missing', async () => {
    const library = await libraryOf(temporaryFolder(), kind, RECORDS);
    rmSync(library.snapshot);
    await expectRebuilt(library);
    await expectSound(library);
  });

  it('cut off anywhere', async () => {
    const library = await libraryOf(temporaryFolder(), kind, RECORDS);
    const random = seededRandom(7);
    const { length } = readFileSync(library.snapshot);
    const lengths = [0, 1, length - 1, ...Array.from({ length: 3 }, () => Math.floor(random() * length))];
    for (const shorter of lengths) {
      // Each rebuild writes another, whose header may be a few digits shorter.
      truncateSync(library.snapshot, Math.min(shorter, statSync(library.snapshot).size - 1));
      await expectRebuilt(library);
    }
    await expectSound(library);
  });

  it('with one bit changed anywhere', async () => {
    const library = await libraryOf(temporaryFolder(), kind, RECORDS);
    const random = seededRandom(8);
    for (let times = 0; times < 9; times++) {
      const bytes = readFileSync(library.snapshot);
      // Two of three times in the first or last bytes, where the container keeps its own affairs.
      const spans = [bytes.length, 600, bytes.length];
      const place = Math.floor(random() * (spans[times % 3] ?? 0));
      const at = times % 3 === 2 ? bytes.length - 1 - (place % 40) : place;
      bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8));
      writeFileSync(library.snapshot, bytes);
      await expectRebuilt(library);
    }
    await expectSound(library);
  });

  it('longer than it should be', async () => {
    const library = await libraryOf(temporaryFolder(), kind, RECORDS);
    writeFileSync(library.snapshot, Buffer.concat([readFileSync(library.snapshot), Buffer.alloc(1)]));
    await expectRebuilt(library);
  });

  it('of another version, or of another kind', async () => {
    const library = await libraryOf(temporaryFolder(), kind, RECORDS);
    for (const change of [
      (bytes: Buffer) => bytes.writeUInt32LE(9_999, 8),
      (bytes: Buffer) => bytes.fill('x', 0, 8),
    ]) {
      const bytes = readFileSync(library.snapshot);
      change(bytes);
      writeFileSync(library.snapshot, bytes);
      await expectRebuilt(library);
    }
    await expectSound(library);
  });

  it('in a process that only reads: it says once how to be rid of it, and leaves it', async () => {
    const library = await libraryOf(temporaryFolder(), kind, RECORDS);
    truncateSync(library.snapshot, 100);
    for (let time = 0; time < 2; time++) {
      const said: string[] = [];
      const onWarning = ({ message }: Warning) => said.push(message);
      await using reader = await open(library.folder, { readOnly: true, onWarning });
      await library.verify(await reader.openCollection('books'));
      expect(said).toEqual([expect.stringMatching(/open it once for writing \(vecino compact\)/)]);
      expect(statSync(library.snapshot).size).toBe(100);
    }
    await expectRebuilt(library);
    await expectSound(library);
  });

  it('with a folder in its place: then none can be written either, and both are said', async () => {
    const library = await libraryOf(temporaryFolder(), kind, RECORDS);
    rmSync(library.snapshot);
    mkdirSync(library.snapshot);
    const collection = await library.open();
    await library.verify(collection);
    await library.put(collection, 0, 5);
    await library.close();
    expect(library.warnings).toEqual(['SNAPSHOT_REBUILT', 'SNAPSHOT_NOT_WRITTEN']);
    rmSync(library.snapshot, { recursive: true });
    await expectRebuilt(library);
    await expectSound(library);
  });

  it('half-written by a process that died: the one before is used, the half removed', async () => {
    const library = await libraryOf(temporaryFolder(), kind, RECORDS);
    const partial = `${library.snapshot}.partial`;
    writeFileSync(partial, readFileSync(library.snapshot).subarray(0, 2_000));
    const collection = await library.open();
    expect(library.warnings).toEqual([]);
    await library.verify(collection);
    expect(existsSync(partial)).toBe(false);
  });
});

/** Enough to learn from: a snapshot of fewer has no model. */
const LEARNT = 1_100;

/** With lists, which are all that `pq` has too, and with tables. */
const LEARNING = KINDS.filter(({ name }) => ['ivf, cosine', 'lsh, dot'].includes(name));

/** Headers that are sound in themselves, and of another model than the one behind them. */
const MODELS: Readonly<Record<string, (header: Record<string, unknown>) => unknown>> = {
  'no room for what was learnt': (header) => ({ ...header, room: 0 }),
  'more room than there can be': (header) => ({ ...header, room: 2 ** 31 }),
  'no model': (header) => ({ ...header, model: false }),
};

describe.each(LEARNING)('a snapshot with what was learnt: $name', (kind) => {
  it('is rebuilt where a bit is wrong or bytes are missing', async () => {
    const library = await libraryOf(temporaryFolder(), kind, LEARNT);
    const random = seededRandom(9);
    // The model lies right behind the header, blocks behind it.
    for (const [from, to] of [
      [0.01, 0.1],
      [0.1, 1],
    ] as const) {
      const bytes = readFileSync(library.snapshot);
      const at = Math.floor((from + random() * (to - from)) * bytes.length);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8));
      writeFileSync(library.snapshot, bytes);
      await expectRebuilt(library);
    }
    truncateSync(library.snapshot, Math.floor(statSync(library.snapshot).size * 0.05));
    await expectRebuilt(library);
    await expectSound(library);
  });

  it('is rebuilt whose header tells of another model', async () => {
    const library = await libraryOf(temporaryFolder(), kind, LEARNT);
    for (const [what, change] of Object.entries(MODELS)) {
      changeHeader(library.snapshot, change);
      await expect(expectRebuilt(library), `a header of ${what}`).resolves.toBeUndefined();
    }
    await expectSound(library);
  });
});

/** A structure of each family over the same records, one after another. */
const SUCCESSORS: readonly (readonly [IndexChoice, IndexChoice])[] = [
  ['flat', { family: 'hnsw', M: 8, efConstruction: 40 }],
  [{ family: 'hnsw', M: 8, efConstruction: 40 }, 'ivf'],
  ['ivf', 'pq'],
  ['pq', 'lsh'],
  ['lsh', 'flat'],
  ['ivf', { family: 'ivf', quantizer: 'sq8' }],
];

it.each(SUCCESSORS)('a snapshot of %o is rebuilt where %o is to serve', async (before, after) => {
  const options = { dimension: 8, metric: 'l2', index: before } as const;
  const library = await libraryOf(temporaryFolder(), { name: 'any', metric: 'l2', options }, 1_200);
  const putBack = putAside(library.snapshot);
  await (await library.reopen()).reindex(after);
  await library.close();
  putBack();
  const collection = await library.reopen();
  expect(library.warnings).toEqual(['SNAPSHOT_REBUILT']);
  await library.verify(collection);
  expect((await collection.describe()).serving.options.family).toBe(
    typeof after === 'string' ? after : after.family,
  );
  await library.close();
  await library.verify(await library.reopen());
  expect(library.warnings).toEqual([]);
});

it('a snapshot is rebuilt whose header belongs elsewhere', async () => {
  // What a header says is read in one place, whatever the kind.
  const library = await libraryOf(temporaryFolder(), KINDS[1] as Kind, RECORDS);
  for (const [what, change] of Object.entries(HEADERS)) {
    changeHeader(library.snapshot, change);
    await expect(expectRebuilt(library), `a header of ${what}`).resolves.toBeUndefined();
  }
  await expectSound(library);
});
