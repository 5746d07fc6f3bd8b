/**
 * Threads: what a second worker buys when a collection is built and when many searches are asked at once, and
 * how long the event loop is held meanwhile.
 */
import { availableParallelism } from 'node:os';
import { type Collection, open, type SearchQuery } from 'vecino';
import { median } from 'vecino/measure';
import { EventLoopWatch } from '../measure/event-loop.ts';
import { Stopwatch } from '../measure/stopwatch.ts';
import type { Progress } from '../progress.ts';
import { rounded, whole } from '../report/numbers.ts';
import { build, COLLECTION, createCollection, rowRange, temporaryFolder } from './collections.ts';
import { type Data, type DataRequest, questionsOf } from './data.ts';
import { type ExactAnswers, loadJudged } from './exact-answers.ts';
import { tableOf } from './report/table.ts';
import type { Conditions, Findings, Scenario } from './scenario.ts';

export interface ThreadsOptions {
  readonly data: DataRequest;
  readonly k: number;
  readonly efSearch: number;
  readonly repetitions: number;
  readonly secondsPerLap: number;
  /** Queries of an exact search, which takes long enough to run on a worker. */
  readonly exactQueries: number;
}

const FULL = { k: 10, efSearch: 64, repetitions: 3, secondsPerLap: 1, exactQueries: 100 } as const;

export const threads: Scenario<ThreadsOptions> = {
  about: 'building and many searches at once with two workers over one, and the event loop meanwhile',
  sizes: {
    full: [{ ...FULL, data: { dataset: 'fashion-mnist', prepared: 60_000, rows: 60_000, queries: 1_000 } }],
    quick: [{ ...FULL, data: { dataset: 'fashion-mnist', prepared: 60_000, rows: 10_000, queries: 500 } }],
    tiny: [
      {
        ...FULL,
        repetitions: 1,
        secondsPerLap: 0.01,
        exactQueries: 10,
        data: { dataset: 'synthetic', prepared: 2_000, rows: 2_000, queries: 50, dimension: 16 },
      },
    ],
  },
  run: runThreads,
};

const SPEED_UP_MIN = 1.7;
const RECALL_MIN = 0.95;
const WORKERS = [1, 2] as const;

/** What is done with one worker and with two. */
type Work = 'build' | 'searchMany' | 'exact searchMany';

interface ThreadsRow {
  readonly work: Work;
  readonly workers: number;
  readonly repetition: number;
  /** Records linked or queries answered a second. */
  readonly rate: number;
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  readonly recall: number;
  readonly longestHoldMs: number;
  /** The most processor time of the caller's thread between two turns of its event loop. */
  readonly ownWorkMaxMs: number;
}

async function runThreads(
  options: ThreadsOptions,
  conditions: Conditions,
  progress: Progress,
): Promise<Findings> {
  const { data, truth } = await loadJudged(options.data, options.k, conditions, progress);
  const { name, dimension, metric, rows: records } = data;
  const rows: ThreadsRow[] = [];
  for (let repetition = 1; repetition <= options.repetitions; repetition++) {
    for (const workers of WORKERS) {
      progress(`${name}: ${workers} workers, repetition ${repetition} of ${options.repetitions}`);
      using folder = temporaryFolder(conditions);
      const asked = new ThreadsLap(data, truth, options, workers, repetition);
      rows.push(await asked.build(folder.path, conditions, progress), ...(await asked.search(folder.path)));
    }
  }

  const works = ['build', 'searchMany', 'exact searchMany'] as const;
  return {
    subject: name,
    title: `Threads: ${name}, ${whole(records)} x ${dimension}, ${metric}`,
    method: `Workers besides the caller's thread, one and two in turns, ${options.repetitions} times; ${availableParallelism()} processors. Building is durable, until all is linked. Searching: ${data.queries} queries (exact: ${options.exactQueries}) are asked at once with \`searchMany\`, k = ${options.k}, efSearch ${options.efSearch}, ids and scores, over and over; the workers answer them. Speed is by the clock, so it needs as many idle processors as there are threads.`,
    rows: rows.map((row) => ({ dataset: name, records, dimension, metric, ...row })),
    tables: [
      tableOf('Medians', mediansOf(rows, works), [
        { head: 'work', align: 'l', cell: ({ work }) => work },
        { head: 'workers', cell: ({ workers }) => whole(workers) },
        { head: 'a second', cell: ({ rate }) => whole(rate) },
        { head: 'over one', cell: (row) => rounded(speedUpOf(rows, row.work, row.workers)) },
        { head: 'processors used', cell: (row) => rounded(row.cpuSeconds / row.wallSeconds) },
        { head: 'recall', cell: ({ recall }) => recall.toFixed(4) },
        { head: 'longest hold ms', cell: (row) => rounded(row.longestHoldMs) },
        { head: 'own work ms', cell: (row) => rounded(row.ownWorkMaxMs) },
      ]),
    ],
    plots: [],
    goals: [
      ...works.map((work) => {
        const speedUp = speedUpOf(rows, work, 2);
        return {
          promise: `two workers are at least ${SPEED_UP_MIN} times as fast as one: ${work}`,
          found: rounded(speedUp),
          kept: speedUp >= SPEED_UP_MIN,
        };
      }),
      {
        promise: `recall at least ${RECALL_MIN} with any number of workers`,
        found: Math.min(...rows.map(({ recall }) => recall)).toFixed(4),
        kept: rows.every(({ recall }) => recall >= RECALL_MIN),
      },
    ],
  };
}

/** All that is done once with one number of workers. */
class ThreadsLap {
  readonly #data: Data;
  readonly #truth: ExactAnswers;
  readonly #options: ThreadsOptions;
  readonly #workers: number;
  readonly #repetition: number;

  constructor(data: Data, truth: ExactAnswers, options: ThreadsOptions, workers: number, repetition: number) {
    this.#data = data;
    this.#truth = truth;
    this.#options = options;
    this.#workers = workers;
    this.#repetition = repetition;
  }

  async build(folder: string, conditions: Conditions, progress: Progress): Promise<ThreadsRow> {
    const data = this.#data;
    await using opened = await createCollection(folder, data, conditions, { threads: this.#workers });
    const { collection } = opened;
    const watched = await this.#watched('build', data.rows, async () => {
      await build(collection, data, rowRange(0, data.rows), progress);
    });
    return { ...watched, recall: await this.#recallOf(collection, this.#queries(data.queries)) };
  }

  async search(folder: string): Promise<ThreadsRow[]> {
    await using db = await open(folder, { threads: this.#workers });
    const collection = await db.openCollection(COLLECTION);
    const { exactQueries } = this.#options;
    const exact = this.#queries(exactQueries).map((query) => ({ ...query, exact: true }));
    return [
      await this.#searchAtOnce('searchMany', collection, this.#queries(this.#data.queries)),
      await this.#searchAtOnce('exact searchMany', collection, exact),
    ];
  }

  async #searchAtOnce(
    work: Work,
    collection: Collection,
    queries: readonly SearchQuery[],
  ): Promise<ThreadsRow> {
    const recall = await this.#recallOf(collection, queries);
    let asked = 0;
    const row = await this.#watched(work, 1, async () => {
      const end = performance.now() + this.#options.secondsPerLap * 1000;
      do {
        await collection.searchMany(queries);
        asked += queries.length;
      } while (performance.now() < end);
    });
    return { ...row, rate: asked / row.wallSeconds, recall };
  }

  async #watched(work: Work, amount: number, task: () => Promise<void>): Promise<Omit<ThreadsRow, 'recall'>> {
    const watch = new EventLoopWatch();
    await watch.start();
    const working = new Stopwatch();
    working.start();
    await task();
    working.stop();
    const { timerMaxMs, monitorMaxMs, ownWorkMaxMs } = await watch.stop();
    return {
      work,
      workers: this.#workers,
      repetition: this.#repetition,
      rate: amount / working.seconds,
      cpuSeconds: working.cpuSeconds,
      wallSeconds: working.seconds,
      longestHoldMs: Math.max(timerMaxMs, monitorMaxMs),
      ownWorkMaxMs,
    };
  }

  /** Of all queries at once, as they are timed. Fewer queries than there are truths are the first ones. */
  async #recallOf(collection: Collection, queries: readonly SearchQuery[]): Promise<number> {
    const answers = await Promise.all(queries.map((query) => collection.search(query)));
    return this.#truth.judge(answers.map((hits) => hits.map(({ id }) => Number(id)))).recall;
  }

  #queries(count: number): SearchQuery[] {
    const { k, efSearch } = this.#options;
    return questionsOf(this.#data)
      .slice(0, count)
      .map((vector) => ({ vector, k, efSearch, include: [] }));
  }
}

function mediansOf(rows: readonly ThreadsRow[], works: readonly Work[]): ThreadsRow[] {
  return works.flatMap((work) =>
    WORKERS.map((workers) => {
      const own = rows.filter((row) => row.work === work && row.workers === workers);
      const of = (figure: Exclude<keyof ThreadsRow, 'work'>) => median(own.map((row) => row[figure]));
      return {
        work,
        workers,
        repetition: own.length,
        rate: of('rate'),
        cpuSeconds: of('cpuSeconds'),
        wallSeconds: of('wallSeconds'),
        recall: of('recall'),
        longestHoldMs: Math.max(...own.map(({ longestHoldMs }) => longestHoldMs)),
        ownWorkMaxMs: Math.max(...own.map(({ ownWorkMaxMs }) => ownWorkMaxMs)),
      };
    }),
  );
}

/** The median of the ratios within each repetition. */
function speedUpOf(rows: readonly ThreadsRow[], work: Work, workers: number): number {
  const own = rows.filter((row) => row.work === work);
  const ones = own.filter((row) => row.workers === 1);
  return median(
    own
      .filter((row) => row.workers === workers)
      .map((row) => row.rate / (ones.find((one) => one.repetition === row.repetition)?.rate ?? Number.NaN)),
  );
}
