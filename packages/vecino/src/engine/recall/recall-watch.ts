import { setImmediate as nextTurn } from 'node:timers/promises';
import { RECALL_WATCH_OPTIONS, type RecallReport, type RecallWatchOptions } from '../../api/recall.ts';
import { type Random, seededRandom } from '../../base/random.ts';
import { wilsonInterval } from '../../measure/wilson.ts';
import type { SegmentFound } from '../index/index-searcher.ts';
import type { IndexSearch } from '../index/live-index.ts';
import { recallOf } from './recall-of.ts';

/** What is measured on. */
export interface Watched {
  /** Grows with every change of what searches may answer. */
  readonly version: number;
  /** Live records. */
  readonly records: number;
  /** The options of the index that answers, by identity: others after a reindexing. */
  readonly index: object;
  /** Answers on workers. */
  search(searches: readonly IndexSearch[]): Promise<readonly SegmentFound[]>;
  /** Milliseconds of a clock that never goes back. */
  now(): number;
}

interface Measurement {
  readonly k: number;
  readonly recall: number;
  readonly at: number;
  readonly version: number;
  readonly index: object;
}

/** Measurements are forgotten when so large a share of the records has changed since. */
const DRIFT = 0.3;
/** Queries that are kept: of 1,536 numbers, 300 are 2 MB. */
const KEPT_MAX = 300;
/** Another course of chance than that of measuring, which stays as it was. */
const KEEPING_SEED = 0x6b656570;
/** While writes go on, the same state is not met again for ever: so many attempts. */
const ATTEMPTS = 3;

/**
 * Keeps an estimate of the recall of the queries that are really asked.
 *
 * A share of them is chosen at random and searched again exactly, on a worker, one at a time, after the answer was
 * given. Whether a query is measured is decided before it is known how it was answered: those that the planner
 * answered exactly count as well, and cost nothing. Both answers must be of one state of the collection; where
 * something was written in between, both are asked for anew.
 */
export class RecallWatch {
  private readonly place: Watched;
  private readonly random: Random;
  private readonly pick: Random = seededRandom(KEEPING_SEED);
  private readonly options: Required<RecallWatchOptions>;
  private measurements: Measurement[] = [];
  private readonly kept: Float32Array[] = [];
  private offered = 0;
  private isBusy = false;
  /** What measuring may cost allows the next one from this moment on. */
  private restsUntil = Number.NEGATIVE_INFINITY;
  private readonly cost = { queries: 0, distanceComputations: 0, milliseconds: 0 };

  constructor(place: Watched, random: Random, options: RecallWatchOptions) {
    const { share, costMax, queries, maxAgeSeconds } = RECALL_WATCH_OPTIONS;
    this.place = place;
    this.random = random;
    this.options = {
      share: options.share ?? share.default,
      costMax: options.costMax ?? costMax.default,
      queries: options.queries ?? queries.default,
      maxAgeSeconds: options.maxAgeSeconds ?? maxAgeSeconds.default,
    };
  }

  /** Told of every search and its answer; measures some of them. Resolves when that is done. */
  async offer(search: IndexSearch, found: SegmentFound): Promise<void> {
    this.keep(search.query);
    if (search.exact || this.isBusy) return;
    if (this.random() >= this.options.share || this.place.now() < this.restsUntil) return;
    const { version } = this.place;
    if (found.way === 'exact') {
      this.note(search.k, 1, version);
      return;
    }
    this.isBusy = true;
    try {
      await nextTurn();
      await this.measure(search, found, version);
    } catch {
      // The collection was closed, or memory is short: an estimate is not worth a failure.
    } finally {
      this.isBusy = false;
    }
  }

  /** Queries that were asked, each as likely as another to be among them: for those who want to measure something else with them. */
  get queries(): readonly Float32Array[] {
    return this.kept;
  }

  get report(): RecallReport {
    this.forgetOutdated();
    const byK = Map.groupBy(this.measurements, ({ k }) => k);
    const estimates = [...byK].map(([k, measured]) => {
      const recall = measured.reduce((sum, one) => sum + one.recall, 0) / measured.length;
      return { k, queries: measured.length, recall, ...wilsonInterval(recall, measured.length) };
    });
    return { estimates: estimates.sort((a, b) => a.k - b.k), cost: { ...this.cost } };
  }

  /** A reservoir: the i-th query takes a place with the chance of places / i (Vitter's algorithm R, 1985). */
  private keep(query: Float32Array): void {
    this.offered += 1;
    const place = this.kept.length < KEPT_MAX ? this.kept.length : Math.floor(this.pick() * this.offered);
    if (place < KEPT_MAX) this.kept[place] = query.slice();
  }

  private async measure(search: IndexSearch, answered: SegmentFound, seenAt: number): Promise<void> {
    const began = this.place.now();
    let found: SegmentFound | undefined = answered;
    let version = seenAt;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const exact = { ...search, exact: true };
      const answers = await this.place.search(found ? [exact] : [exact, search]);
      for (const answer of answers) this.cost.distanceComputations += answer.distanceComputations;
      const [truth, again] = answers;
      if (version === this.place.version) {
        const compared = found ?? again;
        if (truth && compared) this.note(search.k, recallOf(compared, truth), version);
        break;
      }
      // What a filter let pass is that of another state.
      if (search.allowed) break;
      found = undefined;
      version = this.place.version;
    }
    const took = this.place.now() - began;
    this.cost.queries += 1;
    this.cost.milliseconds += took;
    this.restsUntil = this.place.now() + took * (1 / this.options.costMax - 1);
  }

  private note(k: number, recall: number, version: number): void {
    this.measurements.push({ k, recall, version, at: this.place.now(), index: this.place.index });
    if (this.measurements.length > this.options.queries) this.measurements.shift();
  }

  private forgetOutdated(): void {
    const { version, records, index, now } = this.place;
    const oldest = now() - this.options.maxAgeSeconds * 1_000;
    this.measurements = this.measurements.filter(
      (one) => one.at >= oldest && one.index === index && version - one.version <= DRIFT * records,
    );
  }
}
