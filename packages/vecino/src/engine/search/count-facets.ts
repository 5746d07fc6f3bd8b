import type { Facet, FacetRequest, FacetValue } from '../../api/facets.ts';
import type { BitSet } from '../../base/bit-set.ts';
import { FirstInOrder } from '../../base/first-in-order.ts';
import { TimeSlice } from '../../base/time-slice.ts';
import { compareJson } from '../../filter/json-order.ts';
import type { MetadataFilter } from '../metadata-filter.ts';

/** Slots, and different values, between two chances to pause: at most a millisecond or two. */
const SLOTS = 8_192;
const VALUES = 1_024;

/**
 * Counts the values of each path among the slots; the columns must be prepared. In slices: where something is
 * written between two of them, the counts are worthless.
 */
export async function countFacets(
  filter: Pick<MetadataFilter, 'counting'>,
  requests: readonly Required<FacetRequest>[],
  slots: BitSet,
): Promise<Record<string, Facet>> {
  if (requests.length === 0) return {};
  const all = slots.toArray();
  const slice = new TimeSlice();
  const facets: [path: string, facet: Facet][] = [];
  for (const { path, limit } of requests) {
    const counting = filter.counting(path);
    for (let from = 0; from < all.length; from += SLOTS) {
      counting.add(all.subarray(from, from + SLOTS));
      await slice.pause();
    }
    const first = new FirstInOrder<FacetValue>(
      limit,
      (a, b) => b.count - a.count || compareJson(a.value, b.value),
    );
    let different = 0;
    for (const value of counting.values(slots)) {
      first.add(value);
      if (++different % VALUES === 0) await slice.pause();
    }
    facets.push([path, { values: [...first.elements], different }]);
  }
  return Object.fromEntries(facets);
}
