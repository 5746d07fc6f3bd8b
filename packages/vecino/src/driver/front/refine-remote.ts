import type { Part } from '../../api/record.ts';
import { present } from '../../base/assert.ts';
import type { Ranking } from '../../engine/search/ranking.ts';
import { type Refined, refine } from '../../engine/search/refine.ts';
import { lengthOf } from '../../vector/prepare.ts';
import type { KnownRows } from './known-rows.ts';
import type { RemoteState } from './remote-state.ts';
import type { RemoteQuery } from './resolve-targets.ts';

/** What a rerank function sees of each hit at least. */
const RERANKED_BY: readonly Part[] = ['document', 'metadata'];

/** The parts of records that answering takes, shown or not. */
export function neededParts(
  state: RemoteState,
  { parts, rerank, groupBy, diversify }: RemoteQuery,
): readonly Part[] {
  if (!rerank && !groupBy && !diversify) return parts;
  const needed = new Set(parts);
  if (rerank) for (const part of RERANKED_BY) needed.add(part);
  if (groupBy) needed.add('metadata');
  if (diversify) needed.add(state.vectorPart);
  return [...needed];
}

/** Chooses the answer among candidates as the embedded engine does, by the vectors and metadata that came with them. */
export async function refineRemote(
  state: RemoteState,
  read: RemoteQuery,
  known: KnownRows,
  candidates: Ranking,
  isOfMetric: boolean,
): Promise<Refined> {
  const { diversify, groupBy } = read;
  const vectors = new Map<number, Float32Array>();
  if (diversify) {
    const field = read.fields[0] ?? state.first;
    const place = state.fields.indexOf(field);
    const isDirection = isOfMetric && field.metric === 'cosine';
    for (const ordinal of candidates.slots) {
      // A record without a vector of the field is like no other.
      const vector = known.at(ordinal).vectors?.[place] ?? new Float32Array(field.dimension);
      vectors.set(ordinal, isDirection ? directionOf(vector) : vector);
    }
  }
  const valueAt = groupBy ? known.valuesAt(present(groupBy, 'groups').path) : () => undefined;
  return refine(candidates, read, { vectors, valueAt, whole: true }, isOfMetric);
}

/** A vector of length one. */
function directionOf(vector: Float32Array): Float32Array {
  const length = lengthOf(vector) || 1;
  return vector.map((value) => value / length);
}
