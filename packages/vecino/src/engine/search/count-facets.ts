import type { Facet, FacetRequest, FacetValue } from '../../api/facets.ts';
import type { BitSet } from '../../base/bit-set.ts';
import { FirstInOrder } from '../../base/first-in-order.ts';
import { compareJson } from '../../filter/json-order.ts';
import type { MetadataFilter } from '../metadata-filter.ts';

/** Counts the values of each path among the slots; the columns must be prepared. */
export function countFacets(
  filter: Pick<MetadataFilter, 'countValues'>,
  requests: readonly Required<FacetRequest>[],
  slots: BitSet,
): Record<string, Facet> {
  const facets = requests.map(({ path, limit }) => {
    const counts = filter.countValues(path, slots);
    const first = new FirstInOrder<FacetValue>(
      limit,
      (a, b) => b.count - a.count || compareJson(a.value, b.value),
    );
    for (const [value, count] of counts) first.add({ value, count });
    return [path, { values: [...first.elements], different: counts.size }] as const;
  });
  return Object.fromEntries(facets);
}
