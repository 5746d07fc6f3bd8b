import type { FullTextFound } from '../../storage/store.ts';
import type { CollectionState } from '../collection-state.ts';
import type { FullTextLeg, LegAnswer, LegQuestion } from './legs.ts';

/** Searches the index of texts, which is a part of the store. */
export function askFullTextLegs(
  state: CollectionState,
  questions: readonly LegQuestion<FullTextLeg>[],
): Promise<LegAnswer[]> {
  return Promise.all(
    questions.map(async ({ leg, depth, allowed }) => {
      const search = (words: Uint32Array | undefined): Promise<FullTextFound> =>
        state.store.reader.searchFullText({
          ...leg.words,
          collection: state.id,
          limit: depth,
          allowed: words,
        });
      let found = await search(allowed?.slots.words);
      // The store still has what has expired and is not removed yet: rarely, so it is asked again only then.
      const { live } = state.slots;
      if (!allowed && found.slots.some((slot) => !live.has(slot))) found = await search(live.words);
      const { slots, scores, seq } = found;
      return { leg, ranking: { slots, scores, isComplete: slots.length < depth }, seen: seq };
    }),
  );
}
