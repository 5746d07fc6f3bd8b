import type { SearchQuery } from 'vecino';
import { seededRandom, shuffledOrdinals } from '../random.ts';
import { type Data, questionsOf } from './data.ts';
import type { Admission } from './exact-answers.ts';
import { Landmarks } from './landmarks.ts';

/**
 * Where the matches of a filter lie: `independent` of the query, all over the data; `near` to it, in the region
 * of the landmark that is nearest to the query; `far` from it, in the region of the farthest landmark.
 */
export type FilterKind = 'none' | 'independent' | 'near' | 'far';

/** One way to filter: what each query asks for, and which rows may be answered then. */
export interface Course {
  readonly kind: FilterKind;
  /** Of all records, those that the filter lets pass. */
  readonly share: number;
  readonly admits: Admission;
  readonly queries: readonly SearchQuery[];
}

export interface CourseOptions {
  readonly k: number;
  readonly efSearch: number;
  readonly shares: readonly number[];
  readonly landmarks: number;
}

/** All courses over one set of data, and the metadata that its records need for them. */
export class FilterCourses {
  readonly courses: readonly Course[];
  /** Each row's place in a random order, as a share of all rows: below .1 is exactly a tenth of them. */
  readonly #chances: Float64Array;
  readonly #landmarks: Landmarks;

  constructor(data: Data, { k, efSearch, shares, landmarks }: CourseOptions, seed: number) {
    const random = seededRandom(seed);
    this.#chances = Float64Array.from(shuffledOrdinals(data.rows, random), (place) => place / data.rows);
    this.#landmarks = new Landmarks(data, landmarks, random);
    const unfiltered = questionsOf(data).map((vector) => ({ vector, k, efSearch, include: [] }));
    this.courses = [
      { kind: 'none', share: 1, admits: () => true, queries: unfiltered },
      ...shares.map((share) => this.#independent(unfiltered, share)),
      ...shares.map((share) => this.#correlated(unfiltered, share, 'near')),
      ...shares.map((share) => this.#correlated(unfiltered, share, 'far')),
    ];
  }

  metadataOf(row: number): Record<string, number> {
    const ranks = this.#landmarks.ranks.map((rank, landmark) => [rankKey(landmark), rank[row] ?? 1] as const);
    return { chance: this.#chances[row] ?? 1, ...Object.fromEntries(ranks) };
  }

  #independent(unfiltered: readonly SearchQuery[], share: number): Course {
    const filter = { chance: { $lt: share } };
    return {
      kind: 'independent',
      share,
      admits: (_, row) => (this.#chances[row] ?? 1) < share,
      queries: unfiltered.map((query) => ({ ...query, filter })),
    };
  }

  #correlated(unfiltered: readonly SearchQuery[], share: number, kind: 'near' | 'far'): Course {
    const landmarks = unfiltered.map((_, query) =>
      kind === 'near' ? this.#landmarks.nearestTo(query) : this.#landmarks.farthestFrom(query),
    );
    return {
      kind,
      share,
      admits: (query, row) => (this.#landmarks.ranks[landmarks[query] ?? 0]?.[row] ?? 1) < share,
      queries: unfiltered.map((query, i) => ({
        ...query,
        filter: { [rankKey(landmarks[i] ?? 0)]: { $lt: share } },
      })),
    };
  }
}

function rankKey(landmark: number): string {
  return `rank${landmark}`;
}
