import type { Contains, In, Predicate, Range } from '../../filter/predicate.ts';
import { EXPIRES_AT, isFieldName, isScalar, PATHS, SEQ } from './metadata-form.ts';

/*
 * Filters in Pinecone's language, which knows neither the order of texts nor parts of them, and takes a list for each
 * of its elements. So a filter becomes one that lets pass at least what it should, and the records that come back are
 * looked at again by `filter/matches.ts`, which decides. Where nothing can be said, all records are looked at.
 *
 * Names and values stand in their own places of a JSON object and are never put together as text, and no name that
 * begins with `$` is asked for, so none can be taken for an operator.
 */

/** A filter as Pinecone takes it. */
export type Where = Readonly<Record<string, unknown>>;

/** Most values of one `$in`: "Operation limits" of Pinecone's documentation. */
const VALUES_MAX = 10_000;

/** All records have a number, which is positive. */
export const EVERYTHING: Where = { [SEQ]: { $gt: 0 } };
const NOTHING: Where = { [SEQ]: { $lt: 0 } };

/** What has expired. */
export function expiredBy(now: number): Where {
  return { [EXPIRES_AT]: { $lte: now } };
}

/** What has not expired. */
export function aliveAt(now: number): Where {
  return anyOf([{ [EXPIRES_AT]: { $exists: false } }, { [EXPIRES_AT]: { $gt: now } }]);
}

/** Lets pass at least what a predicate does; undefined where that cannot be told from all. */
export function atLeast(predicate: Predicate): Where | undefined {
  switch (predicate.kind) {
    case 'and':
      return all(predicate.parts.map(atLeast));
    case 'or':
      return any(predicate.parts.map(atLeast));
    case 'not':
      return atLeastWithout(predicate.part);
    case 'in':
      return within(predicate);
    case 'range':
      return ranging(predicate);
    case 'exists':
      return anyOf([...exists(predicate.path, true), elsewhere(predicate.path)]);
    case 'contains':
      return containing(predicate);
  }
}

/** Lets pass at least what a predicate does not. */
function atLeastWithout(predicate: Predicate): Where | undefined {
  switch (predicate.kind) {
    case 'and':
      return any(predicate.parts.map(atLeastWithout));
    case 'or':
      return all(predicate.parts.map(atLeastWithout));
    case 'not':
      return atLeast(predicate.part);
    case 'in':
      return outside(predicate);
    case 'exists':
      return isFieldName(predicate.path) ? { [predicate.path]: { $exists: false } } : undefined;
    default:
      return undefined;
  }
}

function within({ path, values }: In): Where | undefined {
  if (values.length === 0) return NOTHING;
  if (values.length > VALUES_MAX) return undefined;
  const scalars = values.filter(isScalar);
  const clauses = isFieldName(path) ? comparisons(scalars, '$eq', '$in').map((is) => ({ [path]: is })) : [];
  // Whatever is no scalar lies elsewhere, and so may what a key says that is spelt like the path.
  const mayBeElsewhere = scalars.length < values.length || path.includes('.') || !isFieldName(path);
  return anyOf(mayBeElsewhere ? [...clauses, elsewhere(path)] : clauses);
}

/** Whether Pinecone's `$ne` is true where the field is missing its documentation does not say: both are asked for. */
function outside({ path, values }: In): Where | undefined {
  const scalars = values.filter(isScalar);
  if (!isFieldName(path) || scalars.length === 0 || values.length > VALUES_MAX) return undefined;
  const others = comparisons(scalars, '$ne', '$nin').map((is) => ({ [path]: is }));
  return anyOf([...exists(path, false), allOf(others), elsewhere(path)]);
}

/** Texts and numbers are compared many at a time, booleans one by one. */
function comparisons(
  values: readonly (string | number | boolean)[],
  one: '$eq' | '$ne',
  several: '$in' | '$nin',
): Where[] {
  const booleans = values.filter((value) => typeof value === 'boolean').map((value) => ({ [one]: value }));
  const lists = (['string', 'number'] as const).flatMap((type) => {
    const same = values.filter((value) => typeof value === type);
    if (same.length === 0) return [];
    return [same.length === 1 ? { [one]: same[0] } : { [several]: same }];
  });
  return [...lists, ...booleans];
}

function ranging({ path, lower, upper }: Range): Where {
  const isText = typeof (lower ?? upper)?.value === 'string';
  const rest = path.includes('.') || !isFieldName(path) ? [elsewhere(path)] : [];
  // The order of texts is unknown to Pinecone.
  if (isText || !isFieldName(path)) return anyOf([...exists(path, true), ...rest]);
  const bounds: Where[] = [];
  if (lower) bounds.push({ [path]: { [lower.inclusive ? '$gte' : '$gt']: lower.value } });
  if (upper) bounds.push({ [path]: { [upper.inclusive ? '$lte' : '$lt']: upper.value } });
  return anyOf([allOf(bounds), ...rest]);
}

function containing({ path, operand }: Contains): Where {
  const inText = typeof operand === 'string' ? exists(path, true) : [];
  return anyOf([...inText, elsewhere(path)]);
}

function exists(path: string, does: boolean): Where[] {
  return isFieldName(path) ? [{ [path]: { $exists: does } }] : [];
}

/** Something lies there that is no single text, number or boolean. */
function elsewhere(path: string): Where {
  return { [PATHS]: { $in: [path] } };
}

function all(parts: readonly (Where | undefined)[]): Where | undefined {
  const said = parts.filter((part) => part !== undefined);
  return said.length === 0 ? undefined : allOf(said);
}

function any(parts: readonly (Where | undefined)[]): Where | undefined {
  const said = parts.filter((part) => part !== undefined);
  return said.length < parts.length ? undefined : anyOf(said);
}

function allOf(parts: readonly Where[]): Where {
  const [only] = parts;
  if (!only) return EVERYTHING;
  return parts.length === 1 ? only : { $and: parts };
}

function anyOf(parts: readonly Where[]): Where {
  const [only] = parts;
  if (!only) return NOTHING;
  return parts.length === 1 ? only : { $or: parts };
}
