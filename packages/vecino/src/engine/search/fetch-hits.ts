import type { AnyMetadata } from '../../api/metadata.ts';
import { type Hit, SEARCH_OPTIONS } from '../../api/search.ts';
import { TimeSlice } from '../../base/time-slice.ts';
import { scoreOf } from '../../vector/metric.ts';
import type { CollectionState } from '../collection-state.ts';
import type { SegmentFound } from '../index/index-searcher.ts';
import { partsOf } from '../record-view.ts';
import { isAsOf, type Read } from '../whole-read.ts';
import type { ReadQuery } from './read-query.ts';

/** Hits fetched in one go. */
const ROWS = 250;

/** Turns slots into hits. Not whole where a record has changed since the index looked. */
export async function fetchHits(
  state: CollectionState,
  seen: number,
  found: SegmentFound,
  { query, parts }: ReadQuery,
  except: string | undefined,
): Promise<Read & { readonly hits: Hit<AnyMetadata>[] }> {
  const { k = SEARCH_OPTIONS.k.default, minScore = Number.NEGATIVE_INFINITY } = query;
  const hits: Hit<AnyMetadata>[] = [];
  let whole = true;
  const slice = new TimeSlice();
  for (let from = 0; from < found.slots.length; from += ROWS) {
    const slots = found.slots.subarray(from, from + ROWS);
    const ids = state.idsOf(slots);
    // Ids alone are at hand. Where something was written meanwhile, only the rows tell of when they are.
    const isUnchanged = !state.isShowing && state.slots.seen === seen;
    const rows =
      parts.length === 0 && isUnchanged ? undefined : state.store.reader.rows(state.id, slots, parts);
    for (const [i, id] of ids.entries()) {
      const row = rows?.[i];
      const known = id !== undefined && state.slots.live.has(slots[i] ?? 0);
      if (!known || (rows && !(isAsOf(seen, row) && row.id === id))) {
        whole = false;
        continue;
      }
      const score = scoreOf(state.metric, found.distances[from + i] ?? Number.POSITIVE_INFINITY);
      if (id === except || hits.length === k || score < minScore) continue;
      hits.push({ id, score, ...(row && partsOf(row)) });
    }
    await slice.pause();
  }
  return { hits, whole };
}
