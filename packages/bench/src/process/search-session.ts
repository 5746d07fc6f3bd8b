import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mean, quantile } from 'vecino/measure';
import { readQueries } from '../datasets/prepared.ts';
import { EventLoopWatch } from '../measure/event-loop.ts';
import { Stopwatch } from '../measure/stopwatch.ts';
import type { NodePeer, Searcher } from '../peers/peer.ts';
import type {
  Answers,
  MemoryReply,
  OpenReply,
  Request,
  ScanReply,
  SearchCourse,
  Timing,
} from './messages.ts';

/** An opened index with its queries, inside the process of its engine. */
export class SearchSession {
  readonly opened: OpenReply;
  readonly #searcher: Searcher;
  readonly #queries: readonly unknown[];
  readonly #residentBefore: number;

  private constructor(
    opened: OpenReply,
    searcher: Searcher,
    queries: readonly unknown[],
    residentBefore: number,
  ) {
    this.opened = opened;
    this.#searcher = searcher;
    this.#queries = queries;
    this.#residentBefore = residentBefore;
  }

  static async open(request: Extract<Request, { kind: 'open' }>, peer: NodePeer): Promise<SearchSession> {
    const { metric, dimension } = request;
    const vectors = readQueries(request.dataset);
    const rows = Array.from({ length: vectors.length / dimension }, (_, row) =>
      vectors.slice(row * dimension, (row + 1) * dimension),
    );
    const [firstRow] = rows;
    if (!firstRow) throw new Error('the data set has no queries');
    // Loads the engine's code before the clock starts: every engine's, so none is favoured.
    await peer.absence();

    const residentBefore = process.memoryUsage.rss();
    const opening = new Stopwatch();
    opening.start();
    const { folder, parameters } = request;
    const searcher = await peer.open({ folder, metric, dimension, parameters });
    await searcher.tune?.(10);
    await searcher.search(searcher.prepare(firstRow), 1, 10, 1);
    opening.stop();
    const queries = rows.map((row) => searcher.prepare(row));
    const opened: OpenReply = {
      openSeconds: opening.seconds,
      ...(peer.isOurs && { readSeconds: secondsOfReading(join(folder, 'index')) }),
      searchesMany: searcher.searchMany !== undefined,
      scans: searcher.scan !== undefined,
      hasRecords: searcher.searchWithRecords !== undefined,
    };
    return new SearchSession(opened, searcher, queries, residentBefore);
  }

  /** What each query finds, for the recall. */
  async answer(course: SearchCourse): Promise<Answers> {
    const { k, effort, refine } = course;
    await this.#searcher.tune?.(effort);
    const answers: unknown[] = [];
    for (const call of this.#callsOf(course)) {
      if (course.batch === 1) answers.push(await this.#searcher.search(call[0], k, effort, refine));
      else answers.push(...(await this.#searchMany(call, k, effort)));
    }
    const { rowsOf, distancesOf } = this.#searcher;
    return {
      rows: answers.map((answer) => rowsOf(answer)),
      ...(distancesOf && { distances: mean(answers.map((answer) => distancesOf(answer))) }),
    };
  }

  /** Runs all queries, one call after the other, and again until `secondsMin` have passed. */
  async time(request: Extract<Request, { kind: 'time' }>): Promise<Timing> {
    const { k, effort, refine, batch, withRecords, warming, secondsMin } = request;
    const { search, searchWithRecords } = this.#searcher;
    const searchOne = withRecords ? searchWithRecords : search;
    if (!searchOne) throw new Error('this engine stores no records');
    const timed: (call: readonly unknown[]) => unknown =
      batch === 1
        ? (call) => searchOne(call[0], k, effort, refine)
        : (call) => this.#searchMany(call, k, effort);
    const calls = this.#callsOf(request);
    await this.#searcher.tune?.(effort);
    // The engine before this one has just had the processor's caches.
    for (const call of calls.slice(0, Math.ceil(warming / batch))) await timed(call);

    const latenciesMs: number[] = [];
    let queries = 0;
    const running = new Stopwatch();
    running.start();
    const end = performance.now() + secondsMin * 1000;
    do {
      for (const call of calls) {
        const start = performance.now();
        await timed(call);
        latenciesMs.push(performance.now() - start);
        queries += call.length;
      }
    } while (performance.now() < end);
    running.stop();

    const ascending = Float64Array.from(latenciesMs).sort();
    return {
      queries,
      qps: queries / running.seconds,
      qpsOfCpu: queries / running.cpuSeconds,
      p50Ms: quantile(ascending, 0.5),
      p99Ms: quantile(ascending, 0.99),
    };
  }

  /**
   * Exact searches one after the other, with the event loop watched. It turns between two of them, as it
   * does in a server, so that its longest delay is that of one search and not of the series.
   */
  async scan(k: number, secondsMin: number): Promise<ScanReply> {
    const { scan } = this.#searcher;
    if (!scan) throw new Error('this engine has no exact search');
    const watch = new EventLoopWatch();
    const running = new Stopwatch();
    await watch.start();
    running.start();
    const end = performance.now() + secondsMin * 1000;
    let scans = 0;
    for (; scans === 0 || performance.now() < end; scans++) {
      await scan(this.#queries[scans % this.#queries.length], k);
      await new Promise((resolve) => setImmediate(resolve));
    }
    running.stop();
    return { scansPerSecond: scans / running.seconds, eventLoop: await watch.stop() };
  }

  async memory(): Promise<MemoryReply> {
    const residentBytes = process.memoryUsage.rss() - this.#residentBefore;
    return { residentBytes, byEngine: await this.#searcher.memory?.() };
  }

  close(): Promise<void> {
    return this.#searcher.close();
  }

  #searchMany(queries: readonly unknown[], k: number, effort: number) {
    const { searchMany } = this.#searcher;
    if (!searchMany) throw new Error('this engine has no search of many queries in one call');
    return searchMany(queries, k, effort);
  }

  /** The queries of each call. */
  #callsOf({ queries, batch }: SearchCourse): unknown[][] {
    const asked = this.#queries.slice(0, queries);
    return Array.from({ length: Math.ceil(asked.length / batch) }, (_, call) =>
      asked.slice(call * batch, (call + 1) * batch),
    );
  }
}

/** How long it takes to read every file of a folder whole: what opening an index cannot be quicker than. */
function secondsOfReading(folder: string): number {
  const reading = new Stopwatch();
  reading.start();
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) readFileSync(join(entry.parentPath, entry.name));
  }
  reading.stop();
  return reading.seconds;
}
