import type { Collection, SearchQuery } from 'vecino';
import { mean } from 'vecino/measure';
import { Stopwatch } from '../measure/stopwatch.ts';
import type { Generation } from './churn-generations.ts';
import { answersOf, reportedBytes } from './collections.ts';
import { type Data, questionsOf } from './data.ts';
import { type Admission, type ExactAnswers, exactAnswers, type Judgement } from './exact-answers.ts';

/** What stands after a round: round 0 is the first build. */
export interface ChurnRow {
  readonly collection: 'churned' | 'compacted' | 'fresh';
  readonly round: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly records: number;
  readonly slots: number;
  readonly removed: number;
  readonly unreached: number;
  readonly reportedBytes: number;
  /** Resident bytes of the whole process that churns. */
  readonly processBytes: number;
  readonly snapshotBytes: number;
  readonly storeBytes: number;
  readonly wrongHits: number;
  readonly wrongCounts: number;
  /** Mean over the queries at the largest effort. */
  readonly distanceComputations: number;
  /** For each of the efforts. */
  readonly recalls: readonly number[];
}

/** Does a piece of work, and then measures what the collection is worth. */
export class ChurnJudge {
  readonly #queries: readonly (readonly SearchQuery[])[];
  /** After each round. */
  readonly #truths: readonly ExactAnswers[];

  constructor(
    data: Data,
    generations: readonly Generation[],
    { k, efforts }: { readonly k: number; readonly efforts: readonly number[] },
  ) {
    const isStored = generations.map(
      ({ stored }): Admission =>
        (_, row) =>
          stored[row] === 1,
    );
    this.#truths = exactAnswers(data, k, isStored);
    this.#queries = efforts.map((efSearch) =>
      questionsOf(data).map((vector) => ({ vector, k, efSearch, include: [] })),
    );
  }

  /** @param round the round whose records the collection holds after the work */
  async after(
    work: () => Promise<unknown>,
    collection: Collection,
    name: ChurnRow['collection'],
    round: number,
  ): Promise<ChurnRow> {
    const truth = this.#truths[round];
    if (!truth) throw new Error(`churn: there is no round ${round}`);
    const working = new Stopwatch();
    working.start();
    await work();
    working.stop();

    const judged: Judgement[] = [];
    let distanceComputations = 0;
    for (const queries of this.#queries) {
      const answers = await answersOf(collection, queries);
      judged.push(truth.judge(answers.map(({ rows }) => rows)));
      distanceComputations = mean(answers.map(({ explain }) => explain.distanceComputations));
    }
    const stats = await collection.stats();
    return {
      collection: name,
      round,
      seconds: working.seconds,
      cpuSeconds: working.cpuSeconds,
      records: stats.records,
      slots: stats.index.slots,
      removed: stats.index.removed,
      unreached: stats.index.unreached,
      reportedBytes: reportedBytes(stats),
      processBytes: process.memoryUsage.rss(),
      snapshotBytes: stats.disk.snapshotBytes,
      storeBytes: stats.disk.storeBytes,
      wrongHits: judged.reduce((sum, { wrongHits }) => sum + wrongHits, 0),
      wrongCounts: judged.reduce((sum, { wrongCounts }) => sum + wrongCounts, 0),
      distanceComputations,
      recalls: judged.map(({ recall }) => recall),
    };
  }
}
