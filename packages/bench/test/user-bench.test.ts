import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeVectorFile } from '@vecino/vector-files';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BenchOptions, type BenchResult, benchFiles } from '../src/bench-files.ts';
import { seededRandom } from '../src/random.ts';
import { toSvg } from '../src/report/plot.ts';
import { rowsOf } from '../src/report/standing-rows.ts';
import { toText } from '../src/report/text.ts';

const ROWS = 600;
const QUERIES = 40;
const DIMENSION = 8;
const QUICK: BenchOptions = {
  k: 5,
  recalls: [0.9],
  repetitions: 1,
  secondsPerTiming: 0.01,
  peers: ['vecino-flat', 'vecino-hnsw', 'sqlite-vec'],
};

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'user-bench-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function randomVectors(count: number, seed: number): Float32Array[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => Float32Array.from({ length: DIMENSION }, () => random() - 0.5));
}

async function written(name: string, vectors: readonly Float32Array[]): Promise<string> {
  const path = join(folder, name);
  await writeVectorFile(path, [vectors.map((vector) => ({ vector }))], { dimension: DIMENSION });
  return path;
}

/** The true neighbours of each query by Euclidean distance, by plain loops. */
function neighborsOf(base: readonly Float32Array[], queries: readonly Float32Array[], k: number): string {
  const rows = queries.map((query) => {
    const distances = base.map((vector) => vector.reduce((sum, x, i) => sum + (x - (query[i] ?? 0)) ** 2, 0));
    const order = distances.map((_, row) => row).sort((a, b) => (distances[a] ?? 0) - (distances[b] ?? 0));
    return Int32Array.of(k, ...order.slice(0, k));
  });
  const path = join(folder, 'neighbors.ivecs');
  writeFileSync(path, Buffer.concat(rows.map(({ buffer }) => new Uint8Array(buffer))));
  return path;
}

describe('a bench on files of vectors, queries and neighbours', () => {
  let result: BenchResult;
  let files: string[];
  beforeAll(async () => {
    const base = randomVectors(ROWS, 1);
    const queries = randomVectors(QUERIES, 2);
    files = [
      await written('base.fvecs', base),
      await written('queries.npy', queries),
      neighborsOf(base, queries, 5),
    ];
    result = await benchFiles(files, { ...QUICK, metric: 'l2' });
  }, 120_000);

  it('agrees with the neighbours that the file has', () => {
    expect(result.agreement).toBe(1);
  });

  it('has a row that stands by itself for each engine that was asked for', () => {
    const { rows, exact } = rowsOf(result.report);
    expect(rows.map(({ peer }) => peer)).toEqual(['vecino-hnsw']);
    expect(new Set(exact.map(({ peer }) => peer))).toEqual(new Set(['vecino-flat', 'sqlite-vec']));
    for (const row of [...rows, ...exact]) {
      expect(row).toMatchObject({
        dataset: 'base',
        size: ROWS,
        dimension: DIMENSION,
        metric: 'l2',
        seed: 42,
      });
      expect(row.recall).toBeGreaterThanOrEqual(0.9);
      expect(row.qps).toBeGreaterThan(0);
      expect(row.diskBytes).toBeGreaterThan(ROWS * DIMENSION * 4);
    }
    for (const { recall } of exact) expect(recall).toBe(1);
  });

  it('is a table and a picture', () => {
    const text = toText(result.report, result.agreement).join('\n');
    expect(text).toMatch(/base: 600 vectors of 8 dimensions, l2, 40 queries, k = 5/);
    expect(text).toMatch(/ground truth is 100.00 % of ours/);
    expect(text).toMatch(/at recall 0.9\nengine .*\nvecino-hnsw .*efSearch/);
    expect(text).toMatch(/exact\nengine .*\n(vecino-flat|sqlite-vec) .*compares with everything/);
    expect(toSvg(result.report)).toMatch(/^<svg .*<\/svg>\n$/s);
  });
});

describe('a bench on one file', () => {
  it('sets queries aside, names what is not installed, and what was not built in time', async () => {
    const file = await written('alone.npy', randomVectors(ROWS, 3));
    const peers = ['vecino-flat', 'lancedb'];
    const { report, agreement } = await benchFiles([file], { ...QUICK, peers, queries: 20 });
    expect(agreement).toBeUndefined();
    expect(report.dataset).toMatchObject({ size: ROWS - 20, queries: 20, metric: 'cosine' });
    const text = toText(report).join('\n');
    expect(text).toMatch(/20 of its vectors set aside/);
    if (report.absent.length > 0)
      expect(text).toMatch(/lancedb: not installed: npm install @lancedb\/lancedb/);
  }, 60_000);

  it('says that a ground truth is of another metric', async () => {
    const { report } = await benchFiles([await written('other.npy', randomVectors(150, 4))], {
      ...QUICK,
      peers: ['sqlite-vec'],
    });
    expect(toText(report, 0.2).join('\n')).toMatch(/20.00 % of ours: it was made by another metric/);
  }, 60_000);
});

describe('what cannot be measured', () => {
  it.each([
    [{ k: 0 }, 'OPTION_OUT_OF_RANGE', /"k" is 0/],
    [{ recalls: [0.9, 0.8] }, 'OPTION_INVALID', /rising/],
    [{ recalls: [1] }, 'OPTION_INVALID', /below 1/],
    [{ metric: 'dot' }, 'OPTION_INVALID', /l2, cosine/],
    [{ peers: ['faiss'] }, 'OPTION_INVALID', /not "faiss"/],
    [{ peers: [] }, 'OPTION_INVALID', /names of vecino-flat/],
    [{ size: 10 }, 'OPTION_OUT_OF_RANGE', /"size" is 10/],
    [{ queries: 1 }, 'OPTION_OUT_OF_RANGE', /"queries" is 1/],
    [{ budgetSeconds: 0 }, 'OPTION_OUT_OF_RANGE', /"budgetSeconds" is 0/],
    [{ repetitions: 0 }, 'OPTION_OUT_OF_RANGE', /"repetitions" is 0/],
    [{ secondsPerTiming: 0 }, 'OPTION_OUT_OF_RANGE', /"secondsPerTiming" is 0/],
    [{ seed: -1 }, 'OPTION_OUT_OF_RANGE', /"seed" is -1/],
    [{ peer: ['vecino-flat'] }, 'OPTION_UNKNOWN', /did you mean "peers"/],
  ])('%j is refused', async (options, code, message) => {
    await expect(benchFiles(['a.npy'], options as BenchOptions)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  it('has too few vectors, other dimensions, or is missing', async () => {
    const few = await written('few.npy', randomVectors(99, 5));
    await expect(benchFiles([few], QUICK)).rejects.toMatchObject({ code: 'RECORDS_TOO_FEW' });
    const base = await written('many.npy', randomVectors(150, 6));
    const other = join(folder, 'other-dimension.npy');
    await writeVectorFile(other, [[{ vector: new Float32Array(3) }]], { dimension: 3 });
    await expect(benchFiles([base, other], QUICK)).rejects.toMatchObject({
      code: 'DIMENSION_MISMATCH',
      message: expect.stringMatching(/queries have 3 dimensions, expected 8/),
    });
    await expect(benchFiles([join(folder, 'none.npy')], QUICK)).rejects.toMatchObject({
      code: 'INPUT_UNREADABLE',
    });
    await expect(benchFiles(['a', 'b', 'c', 'd'], QUICK)).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  });

  it('is interrupted', async () => {
    const file = await written('interrupted.npy', randomVectors(ROWS, 7));
    await expect(benchFiles([file], { ...QUICK, signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
  }, 60_000);
});
