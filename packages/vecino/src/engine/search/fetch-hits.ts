import type { AnyMetadata } from '../../api/metadata.ts';
import type { Part } from '../../api/record.ts';
import type { Hit, HitScores } from '../../api/search.ts';
import { TimeSlice } from '../../base/time-slice.ts';
import type { CollectionState } from '../collection-state.ts';
import { partsOf } from '../record-view.ts';
import { isAsOf, type Read } from '../whole-read.ts';
import type { Ranking } from './ranking.ts';

/** Hits fetched in one go. */
const ROWS = 250;

/** Hits by slot. */
export type Hits = ReadonlyMap<number, Hit<AnyMetadata>>;

/**
 * Turns slots into hits. Not whole where a record has changed since the index looked, or where one is there that
 * was to be left out: it has moved to another slot meanwhile.
 */
export async function fetchHits(
  state: CollectionState,
  seen: number,
  { slots: chosen, scores }: Ranking,
  parts: readonly Part[],
  except: readonly string[],
  sidesOf: ReadonlyMap<number, HitScores>,
): Promise<Read & { readonly hits: Hits }> {
  const hits = new Map<number, Hit<AnyMetadata>>();
  let whole = true;
  const slice = new TimeSlice();
  for (let from = 0; from < chosen.length; from += ROWS) {
    const slots = chosen.subarray(from, from + ROWS);
    const ids = state.idsOf(slots);
    // Ids alone are at hand. Where something was written meanwhile, only the rows tell of when they are.
    const isUnchanged = !state.isShowing && state.slots.seen === seen;
    const rows =
      parts.length === 0 && isUnchanged ? undefined : state.store.reader.rows(state.id, slots, parts);
    for (const [i, id] of ids.entries()) {
      const row = rows?.[i];
      const slot = slots[i] ?? 0;
      const known = id !== undefined && !except.includes(id) && state.slots.live.has(slot);
      if (!known || (rows && !(isAsOf(seen, row) && row.id === id))) {
        whole = false;
        continue;
      }
      const score = scores[from + i] ?? Number.NaN;
      const sides = sidesOf.get(slot);
      hits.set(slot, { id, score, ...(sides && { scores: sides }), ...(row && partsOf(state, row)) });
    }
    await slice.pause();
  }
  return { hits, whole };
}
