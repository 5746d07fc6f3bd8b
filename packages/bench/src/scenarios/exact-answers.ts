import { squaredL2 } from '../distance.ts';
import type { Progress } from '../progress.ts';
import { type Data, type DataRequest, loadData } from './data.ts';
import type { Conditions } from './scenario.ts';

/** Which rows count for a query: those that a filter lets pass, that are stored at a moment, and so on. */
export type Admission = (query: number, row: number) => boolean;

/** Bytes of the base that are compared with every query before the next are looked at: they stay in the cache. */
const BLOCK_BYTES = 1 << 18;

/**
 * How much further than the true k-th neighbour an answer may lie and still be right: engines compute in
 * single precision, and of two rows at one distance either may come out first.
 */
const TOLERANCE = 1e-6;

/**
 * The true answers under several admissions at once: every distance is computed once, in double precision,
 * and offered to each of them.
 */
export function exactAnswers(data: Data, k: number, admissions: readonly Admission[]): ExactAnswers[] {
  const { comparedBase, comparedQueries, dimension, rows, queries } = data;
  const nearest = admissions.map(() => new Float64Array(queries * k).fill(Number.POSITIVE_INFINITY));
  const blockRows = Math.max(1, Math.floor(BLOCK_BYTES / (dimension * Float32Array.BYTES_PER_ELEMENT)));
  for (let from = 0; from < rows; from += blockRows) {
    const to = Math.min(from + blockRows, rows);
    for (let query = 0; query < queries; query++) {
      for (let row = from; row < to; row++) {
        const distance = squaredL2(comparedBase, row, comparedQueries, query, dimension);
        for (let a = 0; a < admissions.length; a++) {
          const list = nearest[a] as Float64Array;
          if (distance >= (list[query * k + k - 1] as number)) continue;
          if ((admissions[a] as Admission)(query, row)) insertSorted(list, query * k, k, distance);
        }
      }
    }
  }
  return nearest.map((distances, a) => new ExactAnswers(data, k, admissions[a] as Admission, distances));
}

/** The data that are asked for, and the true answers to its queries among all of its rows. */
export async function loadJudged(
  request: DataRequest,
  k: number,
  conditions: Conditions,
  progress: Progress,
): Promise<{ readonly data: Data; readonly truth: ExactAnswers }> {
  const data = await loadData(request, conditions, progress);
  progress(`${data.name}: exact answers to ${data.queries} queries`);
  const [truth] = exactAnswers(data, k, [() => true]);
  if (!truth) throw new Error(`${data.name}: no exact answers`);
  return { data, truth };
}

function insertSorted(list: Float64Array, start: number, length: number, distance: number): void {
  let place = start + length - 1;
  for (; place > start && (list[place - 1] as number) > distance; place--) {
    list[place] = list[place - 1] as number;
  }
  list[place] = distance;
}

/** What a batch of answers is worth. */
export interface Judgement {
  /** Share of the places that hold a row no further away than the true last neighbour; ties count. */
  readonly recall: number;
  /** Hits that should not be there: rows that are not admitted, and rows that are answered twice. */
  readonly wrongHits: number;
  /** Answers that have fewer or more than min(k, matches) hits. */
  readonly wrongCounts: number;
}

/** The true answers to all queries under one admission. */
export class ExactAnswers {
  readonly #data: Data;
  readonly #k: number;
  readonly #admits: Admission;
  /** k ascending distances a query, infinite where there are fewer matches. */
  readonly #distances: Float64Array;

  constructor(data: Data, k: number, admits: Admission, distances: Float64Array) {
    this.#data = data;
    this.#k = k;
    this.#admits = admits;
    this.#distances = distances;
  }

  /** @param answers for each query the rows that were answered */
  judge(answers: readonly (readonly number[])[]): Judgement {
    const { comparedBase, comparedQueries, dimension } = this.#data;
    let right = 0;
    let wanted = 0;
    let wrongHits = 0;
    let wrongCounts = 0;
    answers.forEach((answer, query) => {
      const places = this.#wanted(query);
      wanted += places;
      if (answer.length !== places) wrongCounts++;
      const distinct = new Set(answer);
      wrongHits += answer.length - distinct.size;
      const last = this.#distances[query * this.#k + places - 1] ?? 0;
      const limit = last * (1 + TOLERANCE) + Number.MIN_VALUE;
      for (const row of distinct) {
        if (!this.#admits(query, row)) wrongHits++;
        else if (squaredL2(comparedBase, row, comparedQueries, query, dimension) <= limit) right++;
      }
    });
    return { recall: wanted === 0 ? 1 : right / wanted, wrongHits, wrongCounts };
  }

  /** min(k, matches). */
  #wanted(query: number): number {
    let places = 0;
    while (places < this.#k && Number.isFinite(this.#distances[query * this.#k + places])) places++;
    return places;
  }
}
