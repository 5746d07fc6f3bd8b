/**
 * What a driver costs: each engine elsewhere is asked the same queries through Vecino and through its own client, one
 * by the one and the next by the other, over the same records and the same index.
 */
import { type Collection, open } from 'vecino';
import { median, quantile } from 'vecino/measure';
import { Stopwatch } from '../measure/stopwatch.ts';
import type { Progress } from '../progress.ts';
import { rounded, whole } from '../report/numbers.ts';
import { type Data, type DataRequest, vectorOf } from './data.ts';
import { drivenChroma } from './drivers/driven-chroma.ts';
import type { DrivenEngine, RawClient } from './drivers/driven-engine.ts';
import { drivenPinecone } from './drivers/driven-pinecone.ts';
import { drivenPostgres } from './drivers/driven-postgres.ts';
import { drivenQdrant } from './drivers/driven-qdrant.ts';
import { drivenRedis } from './drivers/driven-redis.ts';
import { type ExactAnswers, loadJudged } from './exact-answers.ts';
import { tableOf } from './report/table.ts';
import type { Conditions, Findings, Scenario } from './scenario.ts';

/** Every engine that can be asked without its driver. */
const ENGINES: readonly DrivenEngine[] = [
  drivenPostgres,
  drivenQdrant,
  drivenRedis,
  drivenPinecone,
  drivenChroma,
];

export interface DriversOptions {
  readonly data: DataRequest;
  readonly k: number;
  /** How often all queries are asked. */
  readonly repetitions: number;
}

const RECALL_MIN = 0.9;
/** Of the raw client's median. */
const OVERHEAD_MAX = 1.1;
/** Records of one call of `add`. */
const BATCH = 1_000;
/** Queries before the clock starts: connections are made, and statements read. */
const WARM_UP = 20;

export const drivers: Scenario<DriversOptions> = {
  about: 'engines elsewhere through their drivers and through their own clients: loading, and searching',
  sizes: {
    full: [
      {
        k: 10,
        repetitions: 5,
        data: { dataset: 'glosses', prepared: 60_000, rows: 10_000, queries: 500 },
      },
    ],
    quick: [
      {
        k: 10,
        repetitions: 3,
        data: { dataset: 'glosses', prepared: 20_000, rows: 3_000, queries: 200 },
      },
    ],
    tiny: [
      {
        k: 10,
        repetitions: 1,
        data: { dataset: 'synthetic', prepared: 3_000, rows: 500, queries: 20, dimension: 16 },
      },
    ],
  },
  run: runDrivers,
};

interface Latency {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

interface DriverFigures {
  readonly engine: string;
  readonly about: string;
  readonly loadRate: number;
  readonly recall: number;
  readonly rawRecall: number;
  readonly driver: Latency;
  readonly raw: Latency;
  /** The median of the ratios of medians within each repetition. */
  readonly ratio: number;
}

async function runDrivers(
  { data: request, k, repetitions }: DriversOptions,
  conditions: Conditions,
  progress: Progress,
): Promise<Findings> {
  const { data, truth } = await loadJudged(request, k, conditions, progress);
  const { name, rows: records, dimension, metric } = data;
  const figures: DriverFigures[] = [];
  const absent: string[] = [];
  for (const engine of ENGINES) {
    const absence = await engine.absence(data);
    if (absence === undefined) figures.push(await measure(engine, data, truth, k, repetitions, progress));
    else absent.push(`${engine.name}: ${absence}`);
  }
  return {
    subject: name,
    title: `Drivers: ${name}, ${whole(records)} x ${dimension}, ${metric}`,
    method: `Each engine holds the records once, loaded through its driver in batches of ${BATCH} with a document and metadata. ${data.queries} queries, k = ${k}, with documents and metadata, are asked by turns through the driver and through the engine's own client, over the same index with the same effort, ${repetitions} times; "times raw" is the median of the ratios of both medians. Recall against exact answers.${absent.length > 0 ? ` Not there: ${absent.join('; ')}.` : ''}`,
    rows: figures.map(({ driver, raw, ...row }) => ({
      dataset: name,
      records,
      dimension,
      metric,
      k,
      ...row,
      p50Ms: driver.p50Ms,
      p99Ms: driver.p99Ms,
      rawP50Ms: raw.p50Ms,
      rawP99Ms: raw.p99Ms,
    })),
    tables: [
      tableOf('Loading and searching', figures, [
        { head: 'engine', align: 'l', cell: ({ engine, about }) => `${engine}: ${about}` },
        { head: 'loaded a second', cell: ({ loadRate }) => whole(loadRate) },
        { head: 'recall@k', cell: ({ recall }) => recall.toFixed(4) },
        { head: 'raw recall@k', cell: ({ rawRecall }) => rawRecall.toFixed(4) },
        { head: 'p50 ms', cell: ({ driver }) => rounded(driver.p50Ms) },
        { head: 'raw p50 ms', cell: ({ raw }) => rounded(raw.p50Ms) },
        { head: 'times raw', cell: ({ ratio }) => rounded(ratio) },
        { head: 'p99 ms', cell: ({ driver }) => rounded(driver.p99Ms) },
        { head: 'raw p99 ms', cell: ({ raw }) => rounded(raw.p99Ms) },
      ]),
    ],
    plots: [],
    goals: figures.flatMap(({ engine, ratio, recall }) => [
      {
        promise: `${engine}: at most ${OVERHEAD_MAX} times the latency of its own client`,
        found: rounded(ratio),
        kept: ratio <= OVERHEAD_MAX,
      },
      {
        promise: `${engine}: recall at least ${RECALL_MIN}`,
        found: recall.toFixed(4),
        kept: recall >= RECALL_MIN,
      },
    ]),
  };
}

async function measure(
  engine: DrivenEngine,
  data: Data,
  truth: ExactAnswers,
  k: number,
  repetitions: number,
  progress: Progress,
): Promise<DriverFigures> {
  const running = await engine.start();
  try {
    await using database = await open(running.address, running.options);
    const { dimension, metric } = data;
    const collection = await database.createCollection('drivers', { dimension, metric });
    progress(`${engine.name}: loading ${data.rows} records`);
    const loadRate = await load(collection, data);
    await collection.compact();
    const raw = await running.raw('drivers', data);
    try {
      const turns = new Turns(collection, raw, data, k);
      const { driver, raw: byRaw } = await turns.answers();
      for (let repetition = 1; repetition <= repetitions; repetition++) {
        progress(`${engine.name}: searching, repetition ${repetition} of ${repetitions}`);
        await turns.time();
      }
      return {
        engine: engine.name,
        about: running.about,
        loadRate,
        recall: truth.judge(driver).recall,
        rawRecall: truth.judge(byRaw).recall,
        ...turns.figures,
      };
    } finally {
      await raw.close();
    }
  } finally {
    await running.stop();
  }
}

/** Records a second. */
async function load(collection: Collection, data: Data): Promise<number> {
  const running = new Stopwatch();
  running.start();
  for (let from = 0; from < data.rows; from += BATCH) {
    const rows = Array.from({ length: Math.min(BATCH, data.rows - from) }, (_, i) => from + i);
    await collection.add(
      rows.map((row) => ({
        id: String(row),
        vector: vectorOf(data, row),
        document: `the document of row ${row}`,
        metadata: { row },
      })),
    );
  }
  running.stop();
  return data.rows / running.seconds;
}

/** The same queries through the driver and through the engine's own client, by turns. */
class Turns {
  readonly #collection: Collection;
  readonly #raw: RawClient;
  readonly #queries: readonly Float32Array[];
  readonly #k: number;
  readonly #laps: { readonly driver: Latency; readonly raw: Latency }[] = [];

  constructor(collection: Collection, raw: RawClient, data: Data, k: number) {
    const { asked, dimension, queries } = data;
    this.#collection = collection;
    this.#raw = raw;
    this.#k = k;
    this.#queries = Array.from({ length: queries }, (_, i) =>
      asked.subarray(i * dimension, (i + 1) * dimension),
    );
  }

  /** The rows that both answer, outside of any clock. */
  async answers(): Promise<{ driver: number[][]; raw: number[][] }> {
    const driver: number[][] = [];
    const raw: number[][] = [];
    for (const vector of this.#queries) {
      const hits = await this.#collection.search({ vector, k: this.#k });
      driver.push(hits.map(({ id }) => Number(id)));
      raw.push((await this.#raw.search(vector, this.#k)).map(Number));
    }
    return { driver, raw };
  }

  async time(): Promise<void> {
    const driver: number[] = [];
    const raw: number[] = [];
    const asks = [
      [driver, (vector: Float32Array) => this.#collection.search({ vector, k: this.#k })],
      [raw, (vector: Float32Array) => this.#raw.search(vector, this.#k)],
    ] as const;
    for (const vector of this.#queries.slice(0, WARM_UP)) for (const [, ask] of asks) await ask(vector);
    for (const [i, vector] of this.#queries.entries()) {
      // Whoever comes second finds the pages of the index in the cache, so that both come first equally often.
      for (const [latencies, ask] of i % 2 === 0 ? asks : asks.toReversed()) {
        const began = performance.now();
        await ask(vector);
        latencies.push(performance.now() - began);
      }
    }
    this.#laps.push({ driver: latencyOf(driver), raw: latencyOf(raw) });
  }

  get figures(): Pick<DriverFigures, 'driver' | 'raw' | 'ratio'> {
    const of = (who: 'driver' | 'raw', figure: keyof Latency) =>
      median(this.#laps.map((lap) => lap[who][figure]));
    return {
      driver: { p50Ms: of('driver', 'p50Ms'), p99Ms: of('driver', 'p99Ms') },
      raw: { p50Ms: of('raw', 'p50Ms'), p99Ms: of('raw', 'p99Ms') },
      ratio: median(this.#laps.map(({ driver, raw }) => driver.p50Ms / raw.p50Ms)),
    };
  }
}

function latencyOf(latenciesMs: readonly number[]): Latency {
  const ascending = Float64Array.from(latenciesMs).sort();
  return { p50Ms: quantile(ascending, 0.5), p99Ms: quantile(ascending, 0.99) };
}
