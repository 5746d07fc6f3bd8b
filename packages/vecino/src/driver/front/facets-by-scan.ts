import type { Facet, FacetRequest, FacetValue } from '../../api/facets.ts';
import type { JsonObject, JsonValue } from '../../api/metadata.ts';
import { compareJson } from '../../filter/json-order.ts';
import { readPath } from '../../filter/path.ts';
import type { RemoteRow } from './backend.ts';

/**
 * Counts by value where the engine has no such counts: all that match are read, in any order. An array counts once for
 * each different element, and what has parts not at all.
 *
 * @param scan all records that match, some at a time, with their metadata
 */
export async function facetsByScan(
  requests: readonly Required<FacetRequest>[],
  scan: () => AsyncIterable<readonly RemoteRow[]>,
): Promise<Record<string, Facet>> {
  const counting = requests.map(({ path, limit }) => ({
    path,
    limit,
    read: readPath(path),
    counts: new Map<FacetValue['value'], number>(),
  }));
  for await (const rows of scan()) {
    for (const { metadata = '{}' } of rows) {
      const parsed = JSON.parse(metadata) as JsonObject;
      for (const { read, counts } of counting) {
        for (const value of plainIn(read(parsed))) counts.set(value, (counts.get(value) ?? 0) + 1);
      }
    }
  }
  const facets = counting.map(({ path, limit, counts }): [string, Facet] => {
    const all = Array.from(counts, ([value, count]): FacetValue => ({ value, count }));
    const values = all.sort((a, b) => b.count - a.count || compareJson(a.value, b.value)).slice(0, limit);
    return [path, { values, different: counts.size }];
  });
  return Object.fromEntries(facets);
}

/** The values that a record counts for: each once, and none that has parts. */
function plainIn(value: JsonValue | undefined): Set<FacetValue['value']> {
  const elements = Array.isArray(value)
    ? (value as readonly JsonValue[])
    : value === undefined
      ? []
      : [value];
  return new Set(elements.filter((one) => one === null || typeof one !== 'object'));
}
