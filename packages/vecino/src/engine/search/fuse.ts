import { present } from '../../base/assert.ts';
import type { LegAnswer } from './legs.ts';
import type { Ranking } from './ranking.ts';

/** Makes one ranking of what the legs of a query have found. */
export function fuse(answers: readonly LegAnswer[]): Ranking {
  return present(answers[0], 'the answer of a leg').ranking;
}
