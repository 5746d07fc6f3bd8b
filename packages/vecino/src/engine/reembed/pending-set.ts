import { isDeepStrictEqual } from 'node:util';
import type { StoredVectors } from '../../storage/store.ts';
import type { CollectionState } from '../collection-state.ts';
import type { ReadTarget } from './read-target.ts';

/** Whether the vectors that answer are those of the model, so that there is nothing to do. */
export function isPresent({ field, stored: { dimension, metric, embedding } }: ReadTarget): boolean {
  const { stored }: { readonly stored: StoredVectors } = field;
  return (
    stored.embedding?.name === embedding.name && stored.dimension === dimension && stored.metric === metric
  );
}

/** The set of vectors that has the model's vectors, as far as they are made; undefined where none was begun. */
export function pendingSet(state: CollectionState, target: ReadTarget): number | undefined {
  if (isPresent(target)) return target.field.vectorSet;
  const sets = state.store.reader.vectorSets(state.id);
  return sets.find(
    ({ field, target: stored }) => field === target.field.number && isDeepStrictEqual(stored, target.stored),
  )?.number;
}

/** Removes the vectors that nobody needs any more, some at a time, between which other writes come. */
export async function clearLeftSets(
  state: CollectionState,
  step: (slots: number) => boolean = () => true,
): Promise<void> {
  const { id, store, writer } = state;
  for (const { number: set, target } of store.reader.vectorSets(id)) {
    if (target) continue;
    for (let from = 0; from >= 0; ) {
      state.requireOpen();
      if (!step(from)) return;
      from = await writer.changeVectorSets({ kind: 'clear', collection: id, set, fromSlot: from });
    }
  }
}
