import { readFacts, readQueries } from '../datasets/prepared.ts';
import { EventLoopWatch } from '../measure/event-loop.ts';
import { quantile } from '../measure/statistics.ts';
import { Stopwatch } from '../measure/stopwatch.ts';
import type { Searcher } from '../peers/peer.ts';
import { PEERS } from '../peers/registry.ts';
import type { MemoryReply, OpenReply, Request, ScanReply, Timing } from './messages.ts';

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

  static async open(request: Extract<Request, { kind: 'open' }>): Promise<SearchSession> {
    const peer = PEERS[request.peer];
    const { metric, dimension } = readFacts(request.dataset);
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
    await searcher.search(searcher.prepare(firstRow), 1, 10);
    opening.stop();
    const queries = rows.map((row) => searcher.prepare(row));
    const opened: OpenReply = {
      openSeconds: opening.seconds,
      scans: searcher.scan !== undefined,
      hasRecords: searcher.searchWithRecords !== undefined,
    };
    return new SearchSession(opened, searcher, queries, residentBefore);
  }

  /** What each query finds, for the recall. */
  async answer(k: number, efSearch: number): Promise<number[][]> {
    const answers: number[][] = [];
    for (const query of this.#queries) {
      answers.push(this.#searcher.rowsOf(await this.#searcher.search(query, k, efSearch)));
    }
    return answers;
  }

  /** Runs all queries, one after the other, and again until `secondsMin` have passed. */
  async time(request: Extract<Request, { kind: 'time' }>): Promise<Timing> {
    const { k, efSearch, withRecords, secondsMin } = request;
    const { search, searchWithRecords } = this.#searcher;
    const timed = withRecords ? searchWithRecords : search;
    if (!timed) throw new Error('this engine stores no records');
    // The other engine has just had the processor's caches.
    for (const query of this.#queries.slice(0, 100)) await timed(query, k, efSearch);

    const latenciesMs: number[] = [];
    const running = new Stopwatch();
    running.start();
    const end = performance.now() + secondsMin * 1000;
    do {
      for (const query of this.#queries) {
        const start = performance.now();
        await timed(query, k, efSearch);
        latenciesMs.push(performance.now() - start);
      }
    } while (performance.now() < end);
    running.stop();

    const ascending = Float64Array.from(latenciesMs).sort();
    return {
      queries: latenciesMs.length,
      qps: latenciesMs.length / running.seconds,
      qpsOfCpu: latenciesMs.length / running.cpuSeconds,
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
}
