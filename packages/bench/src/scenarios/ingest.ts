/**
 * Ingest: what durability costs. The same vectors go into a folder, in batches each of which is on disk when
 * the call returns, with ids, documents and metadata; into an index alone, in memory; and into a store alone.
 */
import type { Collection, IndexOptions } from 'vecino';
import { median } from 'vecino/measure';
import { EventLoopWatch } from '../measure/event-loop.ts';
import { Stopwatch } from '../measure/stopwatch.ts';
import type { Progress } from '../progress.ts';
import { seededRandom } from '../random.ts';
import { rounded, whole } from '../report/numbers.ts';
import { build, createCollection, graphOf, rowRange, temporaryFolder } from './collections.ts';
import { type Data, type DataRequest, loadData, vectorOf } from './data.ts';
import { enlarged } from './enlarged.ts';
import { tableOf } from './report/table.ts';
import type { Conditions, Findings, Scenario } from './scenario.ts';

export interface IngestOptions {
  readonly data: DataRequest;
  /** Records that are ingested; where the data have fewer, copies with noise make up the rest. */
  readonly records: number;
  /** How often each way is gone, in turns. */
  readonly repetitions: number;
}

export const ingest: Scenario<IngestOptions> = {
  about: 'durable ingest in batches of 1,000, over building the same index in memory',
  sizes: {
    full: [
      {
        records: 100_000,
        repetitions: 2,
        data: { dataset: 'glosses', prepared: 60_000, rows: 60_000, queries: 1 },
      },
    ],
    quick: [
      {
        records: 20_000,
        repetitions: 2,
        data: { dataset: 'glosses', prepared: 20_000, rows: 20_000, queries: 1 },
      },
    ],
    tiny: [
      {
        records: 2_500,
        repetitions: 1,
        data: { dataset: 'synthetic', prepared: 2_000, rows: 2_000, queries: 1, dimension: 16 },
      },
    ],
  },
  run: runIngest,
};

const OVERHEAD_MAX = 1.3;
/** Stored vectors that are asked for afterwards; each has to find itself. */
const PROBES = 200;

/** What is done with the vectors. */
const WAYS = {
  'index alone': 'an HNSW index in memory, no documents or metadata',
  'store alone': 'a folder with documents and metadata, exact search, no graph',
  durable: 'a folder with documents and metadata, and the HNSW index',
} as const;

type Way = keyof typeof WAYS;

interface IngestRow {
  readonly way: Way;
  readonly repetition: number;
  /** Until the last `add` had returned: everything is searchable, and durable where there is a folder. */
  readonly insertSeconds: number;
  /** Until everything is linked into the graph. */
  readonly buildSeconds: number;
  /** Further seconds to close, which writes the index's snapshot. */
  readonly closeSeconds: number;
  readonly cpuSeconds: number;
  readonly longestHoldMs: number;
  /** The most processor time of the caller's thread between two turns of its event loop. */
  readonly ownWorkMaxMs: number;
  readonly count: number;
  /** Share of the probes that find themselves. */
  readonly selfFound: number;
}

async function runIngest(
  options: IngestOptions,
  conditions: Conditions,
  progress: Progress,
): Promise<Findings> {
  const loaded = await loadData(options.data, conditions, progress);
  const data = enlarged(loaded, options.records, seededRandom(conditions.seed));
  const rows: IngestRow[] = [];
  for (let repetition = 1; repetition <= options.repetitions; repetition++) {
    for (const way of Object.keys(WAYS) as Way[]) {
      progress(`${data.name}: ${way}, repetition ${repetition} of ${options.repetitions}`);
      rows.push({ way, repetition, ...(await ingestOnce(way, data, conditions, progress)) });
    }
  }
  const ratios = rows
    .filter(({ way }) => way === 'durable')
    .map((durable) => {
      const alone = rows.find((row) => row.way === 'index alone' && row.repetition === durable.repetition);
      return durable.buildSeconds / (alone?.buildSeconds ?? Number.NaN);
    });
  const overhead = median(ratios);
  const { name, dimension, metric } = data;
  const ways = Object.entries(WAYS)
    .map(([way, what]) => `"${way}" is ${what};`)
    .join(' ');
  const complete = rows.every(({ count, selfFound }) => count === data.rows && selfFound === 1);
  return {
    subject: name,
    title: `Ingest: ${name}, ${whole(data.rows)} x ${dimension}, ${metric}`,
    method: `\`add\` in batches of 1,000, one after the other, with one worker thread. ${ways} "Inserted" is when the last batch is searchable (and durable), "built" when the index has linked everything. ${whole(loaded.rows)} of the vectors are the data set's, further ones copies of them with noise.`,
    rows: rows.map((row) => ({ dataset: name, records: data.rows, dimension, metric, ...row })),
    tables: [
      tableOf('Seconds of each way', rows, [
        { head: 'way', align: 'l', cell: ({ way }) => way },
        { head: 'repetition', cell: ({ repetition }) => whole(repetition) },
        { head: 'inserted s', cell: (row) => rounded(row.insertSeconds) },
        { head: 'built s', cell: (row) => rounded(row.buildSeconds) },
        { head: 'CPU s', cell: (row) => rounded(row.cpuSeconds) },
        { head: 'closed in s', cell: (row) => rounded(row.closeSeconds) },
        { head: 'inserts/s', cell: (row) => whole(data.rows / row.insertSeconds) },
        { head: 'longest hold ms', cell: (row) => rounded(row.longestHoldMs) },
        { head: 'own work ms', cell: (row) => rounded(row.ownWorkMaxMs) },
        { head: 'records', cell: ({ count }) => whole(count) },
        { head: 'find themselves', cell: ({ selfFound }) => rounded(selfFound) },
      ]),
    ],
    plots: [],
    goals: [
      {
        promise: `durable ingest takes at most ${OVERHEAD_MAX} times as long as building the index alone`,
        found: `${rounded(overhead)} (${ratios.map(rounded).join(', ')})`,
        kept: overhead <= OVERHEAD_MAX,
      },
      {
        promise: 'every record is there afterwards and finds itself',
        found: complete ? 'all' : 'not all',
        kept: complete,
      },
    ],
  };
}

async function ingestOnce(
  way: Way,
  data: Data,
  conditions: Conditions,
  progress: Progress,
): Promise<Omit<IngestRow, 'way' | 'repetition'>> {
  using folder = temporaryFolder(conditions);
  const texts = data.texts();
  const index: IndexOptions = way === 'store alone' ? { family: 'flat' } : graphOf(conditions);
  const location = way === 'index alone' ? ':memory:' : folder.path;
  await using opened = await createCollection(location, data, conditions, { index });
  const { collection, db } = opened;

  const watch = new EventLoopWatch();
  await watch.start();
  const describe = way === 'index alone' ? undefined : (row: number) => texts[row] ?? {};
  const { linkSeconds: _, ...figures } = await build(
    collection,
    data,
    rowRange(0, data.rows),
    progress,
    describe,
  );
  const { timerMaxMs, monitorMaxMs, ownWorkMaxMs } = await watch.stop();
  const count = await collection.count();
  const selfFound = await shareThatFindsItself(collection, data);
  const closing = new Stopwatch();
  closing.start();
  await db.close();
  closing.stop();
  return {
    ...figures,
    closeSeconds: closing.seconds,
    longestHoldMs: Math.max(timerMaxMs, monitorMaxMs),
    ownWorkMaxMs,
    count,
    selfFound,
  };
}

/** Of stored vectors, evenly spread over all rows; one that is stored twice may find either. */
async function shareThatFindsItself(collection: Collection, data: Data): Promise<number> {
  const step = Math.max(1, Math.floor(data.rows / PROBES));
  let asked = 0;
  let found = 0;
  for (let row = 0; row < data.rows; row += step) {
    const vector = vectorOf(data, row);
    const [hit] = await collection.search({ vector, k: 1, include: ['vector'] });
    asked++;
    if (hit?.vector?.every((value, i) => value === vector[i])) found++;
  }
  return found / asked;
}
