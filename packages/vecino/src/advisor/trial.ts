import type { AdvicePoint, AdviceSample, EffortName } from '../api/advice.ts';
import type { Collection } from '../api/collection.ts';
import type { Database } from '../api/database.ts';
import type { IndexChoice } from '../api/index-options.ts';
import type { Metric, SearchQuery, SearchResult } from '../api/search.ts';
import { VecinoError } from '../base/errors.ts';
import { quantile } from '../measure/statistics.ts';
import { wilsonInterval } from '../measure/wilson.ts';
import type { Course } from './course.ts';
import { meanFound, timeSearches } from './measured-search.ts';
import type { SourceRecord } from './source.ts';

/** Records of one call of a write. */
const BATCH = 256;
/** Records that are replaced to see what an update costs. */
const UPDATED = 64;
/** Milliseconds between two looks whether a calibration is there. */
const LOOK_MS = 20;
/** Shares of the searches whose latency is told. */
const SHARES = [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999] as const;

/** What searches are measured with. */
export interface Asking {
  readonly queries: readonly Float32Array[];
  readonly k: number;
  readonly isFiltered: boolean;
}

/** An effort that was measured, with the latencies of all its searches, ascending. */
export interface MeasuredPoint extends AdvicePoint {
  readonly latenciesMs: Float64Array;
  /** Whether queries were compared with all records. */
  readonly isExact: boolean;
}

interface TrialMetadata {
  readonly [name: string]: boolean;
  readonly matches: boolean;
}

/**
 * A collection of its own that holds a sample, gets one index after the other, and is searched as the caller's will
 * be: what is measured is what a caller of `search` waits for, with everything that belongs to it.
 */
export class Trial {
  private readonly collection: Collection<TrialMetadata>;
  private readonly course: Course;
  private readonly asking: Asking;
  private held: readonly SourceRecord[] = [];
  /** For each query its true neighbours. */
  private truth: readonly SearchResult<TrialMetadata>[] = [];

  private constructor(collection: Collection<TrialMetadata>, course: Course, asking: Asking) {
    this.collection = collection;
    this.course = course;
    this.asking = asking;
  }

  static async begin(
    db: Database,
    { dimension, metric }: { readonly dimension: number; readonly metric: Metric },
    course: Course,
    asking: Asking,
    name = 'trial',
  ): Promise<Trial> {
    const index = { family: 'flat' } as const;
    const collection = await db.createCollection<TrialMetadata>(name, { dimension, metric, index });
    return new Trial(collection, course, asking);
  }

  get queries(): readonly Float32Array[] {
    return this.asking.queries;
  }

  get records(): number {
    return this.held.length;
  }

  /** Makes the trial hold these records, which begin with those that it holds, and finds out what is true of them. */
  async grow(records: readonly SourceRecord[]): Promise<void> {
    await this.collection.reindex('flat');
    for (let from = this.records; from < records.length; from += BATCH) {
      this.course.step('reading', from);
      await this.collection.upsert(inputsOf(records.slice(from, from + BATCH), from));
    }
    await this.collection.flush();
    this.held = records;
    this.truth = await this.collection.searchMany(
      this.asking.queries.map((vector) => this.queryOf(vector, { exact: true })),
    );
  }

  /** Gives it another index, and answers the seconds that it took; undefined where it took more than there are. */
  async build(index: IndexChoice, secondsMax: number): Promise<number | undefined> {
    const begun = performance.now();
    const signal = this.course.signalFor(secondsMax);
    try {
      await this.collection.reindex(index, { signal });
      await this.collection.flush();
    } catch (error) {
      this.course.mayGoOn();
      if (error instanceof VecinoError && error.code === 'CANCELLED') return undefined;
      throw error;
    }
    return (performance.now() - begun) / 1_000;
  }

  /** Asks every query once. */
  async warmUp(): Promise<void> {
    for (const vector of this.asking.queries) await this.collection.search(this.queryOf(vector, {}));
  }

  /**
   * Measures an effort: every query so many times, one after another.
   *
   * @param queriesMax asks with the first so many only
   */
  async measure(
    effort: Partial<Record<EffortName, number>>,
    repetitions: number,
    queriesMax = this.asking.queries.length,
  ): Promise<MeasuredPoint> {
    const queries = this.asking.queries.slice(0, queriesMax);
    const searches = queries.map((vector) => this.queryOf(vector, effort));
    const { seconds, latenciesMs, found, way } = await timeSearches(
      this.collection,
      searches,
      repetitions,
      () => this.course.mayGoOn(),
    );
    const recall = meanFound(found, this.truth);
    return {
      effort: Object.values(effort)[0] ?? 0,
      recall,
      ...wilsonInterval(recall, queries.length),
      qps: 1 / seconds,
      p50Ms: quantile(latenciesMs, 0.5),
      p99Ms: quantile(latenciesMs, 0.99),
      latenciesMs,
      isExact: way === 'exact',
    };
  }

  /** Records a second that are replaced and linked; they are put back afterwards, which counts as well. */
  async measureUpdates(): Promise<number> {
    const ordinals = Array.from({ length: Math.min(UPDATED, this.records >> 1) }, (_, i) => i);
    const others = ordinals.map((i) => this.held[this.records - 1 - i]);
    const begun = performance.now();
    for (const stand of [others, ordinals.map((i) => this.held[i])]) {
      await this.collection.upsert(
        inputsOf(
          stand.filter((one) => one !== undefined),
          0,
        ),
      );
      await this.collection.flush();
    }
    return (2 * ordinals.length) / ((performance.now() - begun) / 1_000);
  }

  /**
   * Waits until the collection has tuned itself to the recall that its index names. Answers whether it has.
   */
  async calibrated(secondsMax: number): Promise<boolean> {
    const signal = this.course.signalFor(secondsMax);
    while (!signal.aborted) {
      if ((await this.collection.stats()).index.calibration) return true;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    this.course.mayGoOn();
    return false;
  }

  /** Bytes of vectors and index in memory, and of snapshot and vectors on disk. */
  async bytes(): Promise<Pick<AdviceSample, 'memoryBytes' | 'diskBytes'>> {
    const { memory, disk } = await this.collection.stats();
    const storedBytes = this.records * this.collection.dimension * Float32Array.BYTES_PER_ELEMENT;
    return {
      memoryBytes: memory.vectorBytes + memory.indexBytes,
      diskBytes: disk.snapshotBytes + storedBytes,
    };
  }

  private queryOf(vector: Float32Array, more: Partial<SearchQuery>): SearchQuery<TrialMetadata> {
    const { k, isFiltered } = this.asking;
    return {
      vector,
      k,
      include: [],
      ...(isFiltered && { filter: { matches: true } }),
      ...more,
    } as SearchQuery<TrialMetadata>;
  }
}

/** The distribution of latencies, from the ascending ones. */
export function distributionOf(latenciesMs: Float64Array): AdviceSample['latencies'] {
  return SHARES.map((share) => ({ share, ms: quantile(latenciesMs, share) }));
}

function inputsOf(records: readonly SourceRecord[], first: number) {
  return records.map(({ vector, matches }, i) => ({ id: String(first + i), vector, metadata: { matches } }));
}
