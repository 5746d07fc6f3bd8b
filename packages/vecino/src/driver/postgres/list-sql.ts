import type { JsonValue } from '../../api/metadata.ts';
import type { ListedRow, ListQuestion, RemoteRow } from '../front/backend.ts';
import type { Row } from './connections.ts';
import { valueAt } from './filter-sql.ts';
import { type Sql, sql } from './sql.ts';

/*
 * Pages of records in an order. A page begins behind the last record of the one before (the order is one of
 * different keys, for the id decides in the end), so that writes meanwhile neither repeat nor skip what stays.
 *
 * Values of metadata have the order of `filter/json-order.ts`: null, booleans, numbers, texts by code point, and then
 * arrays and objects, these by PostgreSQL's text of them, which sorts keys by length first. What is missing comes last.
 */

export function listStatement(table: Sql, columns: Sql, scope: Sql, question: ListQuestion): Sql {
  const { orderBy, descending, limit, after } = question;
  const direction = descending ? sql`DESC` : sql`ASC`;
  const behind = descending ? sql`<` : sql`>`;
  if (orderBy === 'id' || orderBy === 'seq') {
    const column = orderBy === 'id' ? sql`id` : sql`seq`;
    const from = orderBy === 'id' ? sql`${after?.id}::text` : sql`${after?.key}::bigint`;
    const rest = after ? sql` AND ${column} ${behind} ${from}` : sql``;
    return sql`SELECT ${columns} FROM ${table} WHERE ${scope}${rest} ORDER BY ${column} ${direction} LIMIT ${limit}::bigint`;
  }
  const value = valueAt(orderBy);
  const keys = sql`${value} IS NULL AS is_missing, ${rankOf(value)} AS key_rank, ${numberOf(value)} AS key_number, ${textOf(value)} AS key_text`;
  const given = after?.key === undefined ? sql`NULL::jsonb` : sql`${JSON.stringify(after.key)}::jsonb`;
  const isMissing = after !== undefined && after.key === undefined;
  const rest = after
    ? sql`WHERE is_missing > ${isMissing}::boolean OR (is_missing = ${isMissing}::boolean
        AND (key_rank, key_number, key_text, id) ${behind} (${rankOf(given)}, ${numberOf(given)}, ${textOf(given)}, ${after.id}::text))`
    : sql``;
  return sql`SELECT * FROM (SELECT ${columns}, (${value})::text AS key, ${keys} FROM ${table} WHERE ${scope}) AS listed ${rest}
    ORDER BY is_missing, key_rank ${direction}, key_number ${direction}, key_text ${direction}, id ${direction} LIMIT ${limit}::bigint`;
}

export function listedRowOf(orderBy: string, raw: Row, row: RemoteRow): ListedRow {
  if (orderBy === 'id') return { row, key: row.id };
  if (orderBy === 'seq') return { row, key: row.seq };
  const { key } = raw;
  return { row, key: typeof key === 'string' ? (JSON.parse(key) as JsonValue) : undefined };
}

export function rankOf(value: Sql): Sql {
  return sql`CASE jsonb_typeof(${value}) WHEN 'null' THEN 0 WHEN 'boolean' THEN 1 WHEN 'number' THEN 2 WHEN 'string' THEN 3 WHEN 'array' THEN 4 WHEN 'object' THEN 4 ELSE 5 END`;
}

export function numberOf(value: Sql): Sql {
  return sql`CASE jsonb_typeof(${value}) WHEN 'number' THEN (${value} #>> '{}')::numeric ELSE 0 END`;
}

export function textOf(value: Sql): Sql {
  return sql`(CASE jsonb_typeof(${value}) WHEN 'number' THEN '' WHEN 'null' THEN '' ELSE COALESCE(${value} #>> '{}', '') END) COLLATE "C"`;
}
