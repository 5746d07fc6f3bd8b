import type { SearchExplanation, SearchQuery } from '../../api/search.ts';
import type { Matches } from '../../filter/answers.ts';
import type { ParsedQuery } from '../../text/parse-query.ts';
import type { FieldShape } from '../collection-shape.ts';
import type { SegmentFound } from '../index/index-searcher.ts';
import type { VectorField } from '../vector-field.ts';
import type { Ranking } from './ranking.ts';

/** The records nearest to a vector, by the index of a field. */
export interface VectorLeg {
  readonly kind: 'vector';
  readonly field: VectorField;
  readonly vector: Float32Array;
  /** Where records are ranked by the example that they are nearest to, in the place of `vector`. */
  readonly best?: { readonly likes: readonly Float32Array[]; readonly unlikes: readonly Float32Array[] };
}

/** The records that have words, by the index of texts. */
export interface FullTextLeg {
  readonly kind: 'fullText';
  readonly words: ParsedQuery;
}

/**
 * One way in which a query looks for records; a query has at least one. A new kind is a member of this union, a
 * file that answers its questions, and a line in `askLegs`.
 */
export type Leg = VectorLeg | FullTextLeg;

/** What fusing needs to know of a leg, whoever asks it. */
export type Side =
  | { readonly kind: 'vector'; readonly field: Pick<FieldShape, 'name' | 'metric'> }
  | { readonly kind: 'fullText' };

export interface SideAnswer {
  readonly leg: Side;
  readonly ranking: Ranking;
}

/** What answers and weights of a fusion call the side of a leg. */
export function sideOf(leg: Side): string {
  return leg.kind === 'vector' ? (leg.field.name ?? 'vector') : leg.kind;
}

export interface LegQuestion<L extends Leg = Leg> {
  readonly leg: L;
  /** The query that the leg belongs to, for efforts and `exact`. */
  readonly query: SearchQuery;
  /** How many records are wanted. */
  readonly depth: number;
  /** The slots that may be answered, also such that have no vector of the field; all live ones where absent. */
  readonly allowed: Matches | undefined;
}

export interface LegAnswer {
  readonly leg: Leg;
  readonly ranking: Ranking;
  /** How the index answered; absent where it was not asked. */
  readonly found?: SegmentFound;
  /** The latest change that the answer has seen; absent where that is what the index has seen. */
  readonly seen?: number;
  /** What a comparison with all has shown, where the query has asked for it. */
  readonly measured?: SearchExplanation['measuredRecall'];
}
