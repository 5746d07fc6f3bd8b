import { describe, expect, it, onTestFinished } from 'vitest';
import { seededRandom } from '../../src/base/random.ts';
import { openInSegments } from '../../src/engine/open.ts';
import type { IndexOptions } from '../../src/index.ts';
import { nearest } from '../../src/kernel/oracle.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const SEGMENT = 2_048;
const DIMENSION = 8;
const RECORDS = 5_000;

const FAMILIES: readonly IndexOptions[] = [
  { family: 'flat' },
  { family: 'hnsw', M: 8, efConstruction: 64, efSearch: 100 },
  { family: 'hnsw', M: 8, efConstruction: 64, efSearch: 100, originals: 'f16' },
  { family: 'hnsw', M: 8, efConstruction: 64, efSearch: 100, originals: 'disk' },
  { family: 'ivf', quantizer: 'sq8', nprobe: 32 },
  { family: 'ivf', quantizer: 'sq8', nprobe: 32, originals: 'disk' },
  { family: 'pq', oversample: 60 },
  { family: 'lsh', probes: 4_096 },
];

const random = seededRandom(11);
const VECTORS = Array.from({ length: 7_500 }, () =>
  Float32Array.from({ length: DIMENSION }, () => random() * 2 - 1),
);

function records(from: number, to: number) {
  return VECTORS.slice(from, to).map((vector, i) => ({
    id: `${from + i}`,
    vector,
    metadata: { parity: (from + i) % 2 },
  }));
}

async function openShelf(folder: string, index: IndexOptions) {
  const warnings: string[] = [];
  const onWarning = ({ code }: { code: string }) => warnings.push(code);
  const db = await openInSegments(folder, { onWarning }, SEGMENT);
  const shelf = await db.collection('shelf', { dimension: DIMENSION, metric: 'l2', index });
  onTestFinished(() => db.close());
  return { db, shelf, warnings };
}

type Shelf = Awaited<ReturnType<typeof openShelf>>['shelf'];

/** Answers of several queries are those of the plain loop, as far as 16-bit floats can tell. */
async function expectRight(shelf: Shelf, present: readonly number[], filtered = false): Promise<void> {
  const ordinals = filtered ? present.filter((ordinal) => ordinal % 2 === 1) : present;
  const vectors = ordinals.map((ordinal) => VECTORS[ordinal] ?? []);
  let found = 0;
  for (let q = 0; q < 20; q++) {
    const query = Float32Array.from({ length: DIMENSION }, () => random() * 2 - 1);
    const hits = await shelf.search({
      vector: query,
      k: 10,
      ...(filtered && { filter: { parity: 1 } }),
    });
    expect(hits).toHaveLength(10);
    const truth = nearest('l2', query, vectors, 10).map(({ ordinal }) => `${ordinals[ordinal]}`);
    found += hits.filter(({ id }) => truth.includes(id)).length;
    expect(hits.every(({ id }) => ordinals.includes(Number(id)))).toBe(true);
  }
  expect(found).toBeGreaterThanOrEqual(196);
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

describe.each(FAMILIES)('an index of several segments: %o', (index) => {
  it('answers over all of them while they are written, removed, compacted and opened again', async () => {
    const folder = temporaryFolder();
    const first = await openShelf(folder, index);
    await first.shelf.add(records(0, RECORDS));
    await expectRight(first.shelf, range(0, RECORDS));
    await first.shelf.flush();
    expect((await first.shelf.stats()).index).toMatchObject({ segments: 3, pending: 0 });
    await expectRight(first.shelf, range(0, RECORDS));
    await expectRight(first.shelf, range(0, RECORDS), true);

    // Two of three records go; what is left moves together, and the freed slots are used again.
    const gone = range(0, RECORDS).filter((ordinal) => ordinal % 3 !== 0);
    await first.shelf.remove(gone.map(String));
    const left = range(0, RECORDS).filter((ordinal) => ordinal % 3 === 0);
    await expectRight(first.shelf, left);
    const before = (await first.shelf.stats()).index.slots;
    await first.shelf.compact();
    await expectRight(first.shelf, left);
    expect((await first.shelf.stats()).index.slots).toBeLessThan(before / 2);
    await first.shelf.add(records(RECORDS, 7_000));
    const now = [...left, ...range(RECORDS, 7_000)];
    await expectRight(first.shelf, now);
    await first.shelf.flush();
    await expectRight(first.shelf, now);
    await expectRight(first.shelf, now, true);
    expect((await first.shelf.check()).problems).toEqual([]);
    await first.db.close();

    const second = await openShelf(folder, index);
    await expectRight(second.shelf, now);
    await second.shelf.remove(range(RECORDS, 6_000).map(String));
    await expectRight(second.shelf, [...left, ...range(6_000, 7_000)], true);
    expect((await second.shelf.check()).problems).toEqual([]);
    await second.db.close();
    expect([...first.warnings, ...second.warnings]).toEqual([]);
  });

  it('goes on answering and taking writes while it is compacted', async () => {
    const { shelf } = await openShelf(temporaryFolder(), index);
    await shelf.add(records(0, RECORDS));
    await shelf.remove(range(0, 500).map(String));
    const compaction = { isOver: false };
    const compacting = shelf.compact().finally(() => {
      compaction.isOver = true;
    });
    let next = RECORDS;
    let removed = 500;
    let rounds = 0;
    while (!compaction.isOver && next < 7_400) {
      await shelf.add(records(next, next + 5));
      await shelf.remove([`${removed}`]);
      next += 5;
      removed += 1;
      rounds += 1;
      const [own] = await shelf.search({ vector: VECTORS[next - 1] ?? [], k: 1, exact: true });
      expect(own?.id).toBe(`${next - 1}`);
    }
    await compacting;
    expect(rounds).toBeGreaterThan(0);
    await shelf.flush();
    await expectRight(shelf, range(removed, next));
    expect((await shelf.check()).problems).toEqual([]);
  });
});
