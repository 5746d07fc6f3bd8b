import type { JsonValue } from '../../api/metadata.ts';
import type { Bound, Predicate, Range } from '../../filter/predicate.ts';
import { joined, type Sql, sql } from './sql.ts';

/*
 * Filters in PostgreSQL's terms, over the column `metadata` of type jsonb. They must mean what `filter/matches.ts`
 * says, and a property test compares the two.
 *
 * `metadata -> key` with a text steps into objects only and answers SQL's null where there is nothing, which is not
 * JSON's null: so a missing field and one that is null stay apart. Every condition is true or false, never unknown
 * (`IS TRUE`), because `NOT unknown` would leave out what `$ne` means to keep. Equality of jsonb is that of filters:
 * by type and structure, numbers by value.
 *
 * jsonb and text hold no NUL character. Who asks for one asks for something that no record can have.
 */

/** The condition that a predicate stands for. */
export function filterSql(predicate: Predicate): Sql {
  const hint = hintOf(predicate);
  return hint ? sql`(${hint} AND ${conditionOf(predicate)})` : conditionOf(predicate);
}

/** The value at a path, SQL's null where there is none. As for all filters, a key that is spelt like the path counts too. */
export function valueAt(path: string): Sql {
  if (hasNul(path)) return sql`NULL::jsonb`;
  const steps = path.split('.');
  const nested = steps.reduce((inner, step) => sql`(${inner} -> ${step}::text)`, sql`metadata`);
  return steps.length === 1 ? nested : sql`COALESCE(${nested}, (metadata -> ${path}::text))`;
}

function conditionOf(predicate: Predicate): Sql {
  switch (predicate.kind) {
    case 'and':
      return all(predicate.parts.map(conditionOf), sql` AND `, sql`TRUE`);
    case 'or':
      return all(predicate.parts.map(conditionOf), sql` OR `, sql`FALSE`);
    case 'not':
      return sql`(NOT ${conditionOf(predicate.part)})`;
    case 'in': {
      const value = valueAt(predicate.path);
      const storable = predicate.values.filter(isStorable);
      if (storable.length === 0) return sql`FALSE`;
      return sql`((${value} = ANY (${storable.map((one) => JSON.stringify(one))}::jsonb[])) IS TRUE)`;
    }
    case 'range':
      return rangeOf(predicate);
    case 'exists':
      return sql`(${valueAt(predicate.path)} IS NOT NULL)`;
    case 'contains':
      return containsOf(predicate.path, predicate.operand);
  }
}

function rangeOf({ path, lower, upper }: Range): Sql {
  const value = valueAt(path);
  const isText = typeof (lower ?? upper)?.value === 'string';
  const bounds: Sql[] = [];
  if (isText) {
    const text = sql`((${value} #>> '{}') COLLATE "C")`;
    if (lower) bounds.push(beyondText(text, lower, true));
    if (upper) bounds.push(beyondText(text, upper, false));
    return sql`((jsonb_typeof(${value}) = 'string' AND ${joined(bounds, sql` AND `)}) IS TRUE)`;
  }
  // jsonb compares numbers by value, however long they are.
  if (lower) {
    const bound = sql`${JSON.stringify(lower.value)}::jsonb`;
    bounds.push(lower.inclusive ? sql`${value} >= ${bound}` : sql`${value} > ${bound}`);
  }
  if (upper) {
    const bound = sql`${JSON.stringify(upper.value)}::jsonb`;
    bounds.push(upper.inclusive ? sql`${value} <= ${bound}` : sql`${value} < ${bound}`);
  }
  return sql`((jsonb_typeof(${value}) = 'number' AND ${joined(bounds, sql` AND `)}) IS TRUE)`;
}

/**
 * Bytes of UTF-8 have the order of code points. A text without NUL is larger than `a\0b` exactly if it is larger than
 * `a`, and smaller exactly if it is `a` or smaller.
 */
function beyondText(text: Sql, { value, inclusive }: Bound, isLower: boolean): Sql {
  const whole = String(value);
  const end = whole.indexOf('\0');
  const bound = end < 0 ? whole : whole.slice(0, end);
  const included = end < 0 ? inclusive : !isLower;
  if (isLower) return included ? sql`${text} >= ${bound}` : sql`${text} > ${bound}`;
  return included ? sql`${text} <= ${bound}` : sql`${text} < ${bound}`;
}

function containsOf(path: string, operand: JsonValue): Sql {
  if (!isStorable(operand)) return sql`FALSE`;
  const value = valueAt(path);
  const json = JSON.stringify(operand);
  const elements = sql`jsonb_array_elements(CASE WHEN jsonb_typeof(${value}) = 'array' THEN ${value} ELSE '[]'::jsonb END)`;
  const inArray = sql`EXISTS (SELECT FROM ${elements} AS one(element) WHERE one.element = ${json}::jsonb)`;
  if (typeof operand !== 'string') return sql`(${inArray})`;
  // strpos looks for bytes, whatever the collation.
  const inText = sql`(jsonb_typeof(${value}) = 'string' AND strpos(${value} #>> '{}', ${operand}::text) > 0)`;
  return sql`(${inArray} OR (${inText}) IS TRUE)`;
}

/**
 * What follows from a predicate and the index over metadata can answer: `metadata @> …`. Without it a filter that few
 * records match would look at all of them. Undefined where nothing follows.
 */
function hintOf(predicate: Predicate): Sql | undefined {
  switch (predicate.kind) {
    case 'and': {
      const hints = predicate.parts.flatMap((part) => hintOf(part) ?? []);
      return hints.length === 0 ? undefined : joined(hints, sql` AND `);
    }
    case 'or': {
      const hints = predicate.parts.map(hintOf);
      if (hints.length === 0 || hints.includes(undefined)) return undefined;
      return sql`(${joined(hints as Sql[], sql` OR `)})`;
    }
    case 'in': {
      const { path, values } = predicate;
      if (values.length === 0 || values.length > HINTED_VALUES || hasNul(path) || !values.every(isStorable)) {
        return undefined;
      }
      return sql`(${joined(
        values.flatMap((value) => placesOf(path, value).map((place) => sql`metadata @> ${place}::jsonb`)),
        sql` OR `,
      )})`;
    }
    default:
      return undefined;
  }
}

/** An index is asked once for each value; of more it is no help. */
const HINTED_VALUES = 16;

/** Metadata that have a value at a path and nothing else: nested, and under a key that is spelt like the path. */
function placesOf(path: string, value: JsonValue): string[] {
  const steps = path.split('.');
  // From entries, because a key may be `__proto__`.
  const nested = steps.reduceRight<unknown>((inner, step) => Object.fromEntries([[step, inner]]), value);
  const places = [JSON.stringify(nested)];
  if (steps.length > 1) places.push(JSON.stringify(Object.fromEntries([[path, value]])));
  return places;
}

function all(parts: readonly Sql[], separator: Sql, none: Sql): Sql {
  return parts.length === 0 ? none : sql`(${joined(parts, separator)})`;
}

/** Whether jsonb can hold a value. */
export function isStorable(value: JsonValue): boolean {
  if (typeof value === 'string') return !hasNul(value);
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every(isStorable);
  return Object.entries(value).every(([key, inner]) => !hasNul(key) && isStorable(inner as JsonValue));
}

export function hasNul(text: string): boolean {
  return text.includes('\0');
}
