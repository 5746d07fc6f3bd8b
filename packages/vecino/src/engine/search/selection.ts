import { SEARCH_OPTIONS, type SearchQuery } from '../../api/search.ts';
import type { BitSet } from '../../base/bit-set.ts';
import type { Matches } from '../../filter/answers.ts';
import type { LegAnswer } from './legs.ts';
import { atLeast, cut, type Ranking, without } from './ranking.ts';

/** What is asked of the legs of a query in one round. */
export interface Wanted {
  readonly depth: number;
  readonly allowed: Matches | undefined;
}

/**
 * Chooses the records of one answer from what the legs rank, round by round: who needs more than the first
 * ranking says so in `wanted`.
 */
export interface Selection {
  /** What the next round is to bring; undefined when nothing is wanted any more. */
  readonly wanted: Wanted | undefined;
  /** Takes what a round has brought: the fused ranking, and what it was fused from. */
  take(ranking: Ranking, answers: readonly LegAnswer[]): void;
  /** The records of the answer. */
  readonly chosen: Ranking;
}

/** The first k of the ranking that are not excluded. */
export class FirstK implements Selection {
  wanted: Wanted | undefined;
  chosen: Ranking = { slots: new Uint32Array(), scores: new Float64Array(), isComplete: false };
  private readonly k: number;
  private readonly minScore: number;
  private readonly excluded: BitSet;

  constructor(query: SearchQuery, allowed: Matches | undefined, excluded: BitSet) {
    this.k = query.k ?? SEARCH_OPTIONS.k.default;
    this.minScore = query.minScore ?? Number.NEGATIVE_INFINITY;
    this.excluded = excluded;
    this.wanted = { depth: this.k + excluded.count(), allowed };
  }

  take(ranking: Ranking): void {
    this.wanted = undefined;
    this.chosen = cut(atLeast(without(ranking, this.excluded), this.minScore), this.k);
  }
}
