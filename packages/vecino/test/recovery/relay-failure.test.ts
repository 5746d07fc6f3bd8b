/**
 * Laying an index out anew needs a second memory for a while. Where there is none, what is there goes on, which is
 * said once, and it is tried again.
 */
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { seededRandom } from '../../src/base/random.ts';
import { type IndexOptions, open } from '../../src/index.ts';
import { VectorSpace } from '../../src/kernel/vector-space.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const DIMENSION = 64;
/** Families learn from 1,000 records on, and again from 4,000 or, when idle, from 1,600 on. */
const LEARNT = 1_200;
const GROWN = 6_000;
/** As the system says it. */
const REFUSAL = new RangeError('WebAssembly.Memory(): could not allocate memory');

const FAMILIES: readonly (IndexOptions & { readonly way: string })[] = [
  { family: 'ivf', way: 'lists' },
  { family: 'pq', way: 'codes' },
  { family: 'lsh', way: 'buckets' },
  { family: 'flat', way: 'exact' },
].map(({ family, way }) => ({ family, way }) as IndexOptions & { readonly way: string });

const records = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => {
    const random = seededRandom(from + i);
    return { id: `${from + i}`, vector: Float32Array.from({ length: DIMENSION }, () => random() - 0.5) };
  });
const QUERY = new Float32Array(DIMENSION).fill(0.1);

/** No new memory until the answer is called; what is there may grow. */
function withoutMemory(): () => void {
  const refused = vi.spyOn(VectorSpace, 'create').mockImplementation(() => {
    throw REFUSAL;
  });
  onTestFinished(() => refused.mockRestore());
  return () => refused.mockRestore();
}

async function openShelf({ way, ...index }: (typeof FAMILIES)[number]) {
  const said: string[] = [];
  const db = await open(temporaryFolder(), { onWarning: ({ message }) => said.push(message) });
  onTestFinished(() => db.close());
  const shelf = await db.collection('shelf', { dimension: DIMENSION, metric: 'l2', index });
  return { db, shelf, said };
}

type Shelf = Awaited<ReturnType<typeof openShelf>>['shelf'];

async function expectRight(shelf: Shelf, count: number): Promise<void> {
  for (const { id, vector } of records(count - 3, count)) {
    const [nearest] = await shelf.search({ vector, k: 1, recall: 0.99 });
    expect(nearest?.id).toBe(id);
  }
  expect((await shelf.check()).problems).toEqual([]);
}

describe.each(FAMILIES)('without memory to lay it out anew: $family', (index) => {
  it('the index goes on as it is, says so once, and learns when there is memory again', async () => {
    const { shelf, said } = await openShelf(index);
    await shelf.add(records(0, LEARNT));
    await shelf.flush();
    const give = withoutMemory();
    for (let from = LEARNT; from < GROWN; from += 400) {
      await shelf.add(records(from, from + 400));
      await shelf.flush();
    }
    await expectRight(shelf, GROWN);
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(/goes on as it is.*compact\(\).*could not allocate memory/);
    const during = await shelf.search({ vector: QUERY, explain: true });
    expect(during.explain?.way).toBe(index.way);

    give();
    const attempts = vi.spyOn(VectorSpace, 'create');
    onTestFinished(() => attempts.mockRestore());
    await shelf.add(records(GROWN, 2 * GROWN));
    await shelf.flush();
    expect(attempts, 'learning is tried again').toHaveBeenCalled();
    await expectRight(shelf, 2 * GROWN);
    expect(said).toHaveLength(1);
  });

  it('what has never learnt compares with all, until compact() tries again', async () => {
    const { shelf, said } = await openShelf(index);
    const give = withoutMemory();
    await shelf.add(records(0, GROWN));
    await shelf.flush();
    await expectRight(shelf, GROWN);
    expect(said).toHaveLength(1);
    give();
    const attempts = vi.spyOn(VectorSpace, 'create');
    onTestFinished(() => attempts.mockRestore());
    await shelf.compact();
    expect(attempts).toHaveBeenCalled();
    await expectRight(shelf, GROWN);
    expect(said).toHaveLength(1);
  });
});

const APPROXIMATE = FAMILIES.filter(({ way }) => way !== 'exact');

describe.each(APPROXIMATE)(
  'an index that the data have outgrown, without memory to learn anew: $family',
  (index) => {
    it('searches by recall make at least the default effort until it has learnt anew', async () => {
      const { shelf } = await openShelf(index);
      await shelf.add(records(0, LEARNT));
      const effortFor = async (query: object) => {
        await shelf.flush();
        return (await shelf.search({ vector: QUERY, k: 1, explain: true, ...query })).explain?.effort ?? 0;
      };
      while (!(await shelf.stats()).index.calibration) await effortFor({ recall: 0.5 });
      const calibrated = await effortFor({ recall: 0.5 });
      expect(calibrated).toBeLessThan(await effortFor({}));
      const give = withoutMemory();
      for (let from = LEARNT; from < GROWN; from += 400) await shelf.add(records(from, from + 400));
      expect(await effortFor({ recall: 0.5 })).toBe(await effortFor({}));

      give();
      await shelf.add(records(GROWN, GROWN + 1_200));
      await shelf.flush();
      expect(await effortFor({ recall: 0.5 })).toBeLessThan(await effortFor({}));
    });
  },
);
