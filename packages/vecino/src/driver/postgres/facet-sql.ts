import type { Facet, FacetRequest, FacetValue } from '../../api/facets.ts';
import type { Row } from './connections.ts';
import { valueAt } from './filter-sql.ts';
import { numberOf, rankOf, textOf } from './list-sql.ts';
import { type Sql, sql } from './sql.ts';

/**
 * Counts the values at a path: an array counts once for each different element, and what has parts (objects, arrays in
 * arrays) not at all. The most frequent first, equally frequent ones in the order of lists.
 */
export function facetStatement(
  table: Sql,
  scope: Sql,
  { path, limit }: Pick<Required<FacetRequest>, 'path' | 'limit'>,
): Sql {
  const elements = sql`jsonb_array_elements(CASE WHEN jsonb_typeof(found.value) = 'array' THEN found.value ELSE '[]'::jsonb END)`;
  const isPlain = (value: Sql) => sql`jsonb_typeof(${value}) NOT IN ('array', 'object')`;
  const value = sql`one.value`;
  // UNION leaves out what comes twice.
  return sql`SELECT one.value::text AS value, count(*) AS count, count(*) OVER () AS different
    FROM (SELECT ${valueAt(path)} AS value FROM ${table} WHERE ${scope}) AS found
    CROSS JOIN LATERAL (
      SELECT found.value WHERE ${isPlain(sql`found.value`)}
      UNION SELECT element FROM ${elements} AS part(element) WHERE ${isPlain(sql`element`)}) AS one(value)
    GROUP BY one.value
    ORDER BY count(*) DESC, ${rankOf(value)}, ${numberOf(value)}, ${textOf(value)} LIMIT ${limit}::bigint`;
}

export function facetOf(rows: readonly Row[]): Facet {
  const values = rows.map(
    ({ value, count }): FacetValue => ({
      value: JSON.parse(String(value)) as FacetValue['value'],
      count: Number(count),
    }),
  );
  return { values, different: Number(rows[0]?.['different'] ?? 0) };
}
