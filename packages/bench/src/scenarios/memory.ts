/**
 * Memory: what an HNSW collection takes, by its own account and as the operating system sees it, over what
 * hnswlib takes for the same vectors by the layout of its arrays.
 */
import { join } from 'node:path';
import type { HnswOptions } from 'vecino';
import type { Progress } from '../progress.ts';
import { megabytes, rounded, whole } from '../report/numbers.ts';
import { answersOf, build, createCollection, graphOf, rowRange, temporaryFolder } from './collections.ts';
import { type Data, type DataRequest, questionsOf } from './data.ts';
import { type ExactAnswers, loadJudged } from './exact-answers.ts';
import { measureOpened, type OpenedMemory } from './opened-memory.ts';
import { inFreshProcess } from './process/fresh-process.ts';
import { tableOf } from './report/table.ts';
import type { Conditions, Findings, Scenario } from './scenario.ts';

export interface MemoryOptions {
  readonly data: DataRequest;
  readonly k: number;
  readonly efSearch: number;
}

const FULL = { k: 10, efSearch: 64 } as const;

export const memory: Scenario<MemoryOptions> = {
  about: 'memory of an HNSW collection over that of hnswlib, for each way to keep vectors',
  sizes: {
    full: [
      { ...FULL, data: { dataset: 'fashion-mnist', prepared: 60_000, rows: 60_000, queries: 500 } },
      { ...FULL, data: { dataset: 'glosses', prepared: 60_000, rows: 60_000, queries: 500 } },
      { ...FULL, data: { dataset: 'synthetic', prepared: 1_000_000, rows: 200_000, queries: 500 } },
    ],
    quick: [{ ...FULL, data: { dataset: 'glosses', prepared: 20_000, rows: 20_000, queries: 200 } }],
    tiny: [
      {
        ...FULL,
        data: { dataset: 'synthetic', prepared: 2_000, rows: 2_000, queries: 50, dimension: 16 },
      },
    ],
  },
  run: runMemory,
};

/** Ways to keep vectors, and what each may take at most over hnswlib; undefined where nothing is promised. */
const VARIANTS: readonly {
  readonly variant: string;
  readonly index: Partial<HnswOptions>;
  readonly timesHnswlibMax: number | undefined;
}[] = [
  { variant: 'codes and f32', index: {}, timesHnswlibMax: 1.3 },
  { variant: 'codes and f16', index: { originals: 'f16' }, timesHnswlibMax: undefined },
  { variant: 'codes, f32 on disk', index: { originals: 'disk' }, timesHnswlibMax: 0.5 },
  { variant: 'f32 alone', index: { quantizer: 'none' }, timesHnswlibMax: undefined },
];

interface MemoryRow extends OpenedMemory {
  readonly variant: string;
  readonly recall: number;
  /** Resident bytes of an opened collection that is empty: code, threads, SQLite. */
  readonly emptyBytes: number;
  readonly hnswlibBytes: number;
  readonly timesHnswlib: number;
  /** Without those of an empty collection, as hnswlib's are without its program. */
  readonly timesHnswlibResident: number;
}

async function runMemory(
  options: MemoryOptions,
  conditions: Conditions,
  progress: Progress,
): Promise<Findings> {
  const { data, truth } = await loadJudged(options.data, options.k, conditions, progress);
  const { name, dimension, metric, rows: records } = data;
  const hnswlibBytes = bytesOfHnswlib(records, dimension, conditions.M);
  progress(`${name}: an empty collection`);
  const emptyBytes = await residentBytesWhenEmpty(data, conditions, progress);
  const rows: MemoryRow[] = [];
  for (const { variant, index } of VARIANTS) {
    progress(`${name}: ${variant}`);
    const measured = await measureVariant(data, truth, options, conditions, index, progress);
    rows.push({
      variant,
      ...measured,
      emptyBytes,
      hnswlibBytes,
      timesHnswlib: measured.reportedBytes / hnswlibBytes,
      timesHnswlibResident: (measured.residentBytes - emptyBytes) / hnswlibBytes,
    });
  }
  return {
    subject: name,
    title: `Memory: ${name}, ${whole(records)} x ${dimension}, ${metric}`,
    method: `Built, closed and opened in a fresh process, which then answers ${data.queries} queries. "Reported" is what \`stats()\` accounts for, to the byte; "resident" is what opening and searching have added to the process, engine, ids and SQLite's cache included; an empty collection takes ${megabytes(emptyBytes)} of that, which "resident over hnswlib" leaves out. hnswlib is reckoned by its layout at M ${conditions.M}: ${megabytes(hnswlibBytes)} for vectors, links and labels, without its table of labels, locks and visited lists.`,
    rows: rows.map((row) => ({ dataset: name, records, dimension, metric, ...row })),
    tables: [
      tableOf(`In memory, and recall@${options.k} at efSearch ${options.efSearch}`, rows, [
        { head: 'vectors as', align: 'l', cell: ({ variant }) => variant },
        { head: 'recall', cell: ({ recall }) => recall.toFixed(4) },
        { head: 'vectors', cell: ({ vectorBytes }) => megabytes(vectorBytes) },
        { head: 'index', cell: ({ indexBytes }) => megabytes(indexBytes) },
        { head: 'reported', cell: (row) => megabytes(row.reportedBytes) },
        { head: 'resident', cell: ({ residentBytes }) => megabytes(residentBytes) },
        { head: 'hnswlib', cell: (row) => megabytes(row.hnswlibBytes) },
        { head: 'reported over hnswlib', cell: ({ timesHnswlib }) => rounded(timesHnswlib) },
        { head: 'resident over hnswlib', cell: (row) => rounded(row.timesHnswlibResident) },
      ]),
    ],
    plots: [],
    goals: VARIANTS.flatMap(({ variant, timesHnswlibMax }) => {
      const row = rows.find((found) => found.variant === variant);
      if (!row || timesHnswlibMax === undefined) return [];
      return {
        promise: `at most ${timesHnswlibMax} times the memory of hnswlib: ${variant}`,
        found: `${rounded(row.timesHnswlibResident)} resident, ${rounded(row.timesHnswlib)} reported`,
        kept: Math.max(row.timesHnswlib, row.timesHnswlibResident) <= timesHnswlibMax,
      };
    }),
  };
}

async function measureVariant(
  data: Data,
  truth: ExactAnswers,
  { k, efSearch }: MemoryOptions,
  conditions: Conditions,
  index: Partial<HnswOptions>,
  progress: Progress,
): Promise<OpenedMemory & { readonly recall: number }> {
  using folder = temporaryFolder(conditions);
  const path = join(folder.path, 'collection');
  let recall = 0;
  {
    await using opened = await createCollection(path, data, conditions, {
      index: { ...graphOf(conditions), ...index },
    });
    const { collection } = opened;
    await build(collection, data, rowRange(0, data.rows), progress);
    const queries = questionsOf(data).map((vector) => ({ vector, k, efSearch, include: [] }));
    recall = truth.judge((await answersOf(collection, queries)).map(({ rows }) => rows)).recall;
  }
  return { recall, ...(await measureInFreshProcess(path, data, progress)) };
}

async function residentBytesWhenEmpty(
  data: Data,
  conditions: Conditions,
  progress: Progress,
): Promise<number> {
  using folder = temporaryFolder(conditions);
  const empty = await createCollection(folder.path, data, conditions);
  await empty.db.close();
  return (await measureInFreshProcess(folder.path, data, progress)).residentBytes;
}

function measureInFreshProcess(folder: string, data: Data, progress: Progress): Promise<OpenedMemory> {
  const url = new URL('./opened-memory.ts', import.meta.url);
  return inFreshProcess(url, measureOpened, { folder, queries: questionsOf(data) }, progress);
}

/**
 * hnswlib's arrays: for each element the lowest level's links and their count, the vector and the label, and
 * for each of its upper levels, of which there are 1 / (M - 1) on average, the links and their count.
 */
function bytesOfHnswlib(records: number, dimension: number, M: number): number {
  const lowest = 2 * M * 4 + 4 + dimension * 4 + 8;
  const upper = (M * 4 + 4) / (M - 1);
  return Math.round(records * (lowest + upper));
}
