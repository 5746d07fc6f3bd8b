import { wrongInput } from './wrong-input.ts';

/*
 * Conditions as Qdrant's documentation has them ("Filtering"): an array matches where any of its elements does, texts,
 * whole numbers and truth values are matched by `match`, numbers are compared by `range`. More than the driver needs is
 * refused, and so is a field without an index, as in Qdrant's strict mode.
 */

/** A point as the stand-in keeps it. */
export interface KeptPoint {
  readonly id: string | number;
  readonly vectors: ReadonlyMap<string, Float32Array>;
  readonly payload: Readonly<Record<string, unknown>>;
}

export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

type Json = Readonly<Record<string, unknown>>;

/** Makes the test that a filter is. @param indexed the payload fields that have an index, with its kind */
export function filterOf(
  filter: unknown,
  indexed: ReadonlyMap<string, string>,
): (point: KeptPoint) => boolean {
  if (filter === undefined || filter === null) return () => true;
  const { must, should, must_not: mustNot } = filter as Json;
  const read = (conditions: unknown) =>
    (Array.isArray(conditions) ? conditions : conditions === undefined ? [] : [conditions]).map((one) =>
      conditionOf(one as Json, indexed),
    );
  const [all, any, none] = [read(must), read(should), read(mustNot)];
  return (point) =>
    all.every((test) => test(point)) &&
    (any.length === 0 || any.some((test) => test(point))) &&
    !none.some((test) => test(point));
}

function conditionOf(condition: Json, indexed: ReadonlyMap<string, string>): (point: KeptPoint) => boolean {
  if ('has_id' in condition) {
    const ids = new Set(condition['has_id'] as unknown[]);
    return ({ id }) => ids.has(id);
  }
  if ('has_vector' in condition) {
    const name = String(condition['has_vector']);
    return ({ vectors }) => vectors.has(name);
  }
  if (!('key' in condition)) return filterOf(condition, indexed);
  const { key, match, range, ...others } = condition;
  if (Object.keys(others).length > 0 || (match === undefined) === (range === undefined)) {
    throw wrongInput(`a condition of ${Object.keys(condition).join(', ')}, which the stand-in does not have`);
  }
  const read = valuesAt(String(key));
  const test =
    match === undefined ? inRange(range as Json, key, indexed) : matching(match as Json, key, indexed);
  return ({ payload }) => read(payload).some(test);
}

function matching(
  match: Json,
  key: unknown,
  indexed: ReadonlyMap<string, string>,
): (value: unknown) => boolean {
  const { value, any, ...others } = match;
  const wanted: unknown[] = any === undefined ? [value] : (any as unknown[]);
  if (Object.keys(others).length > 0 || wanted.length === 0) throw wrongInput('another match');
  const isText = typeof wanted[0] === 'string';
  if (!wanted.every((one) => (isText ? typeof one === 'string' : Number.isSafeInteger(one)))) {
    throw wrongInput('a match of neither texts nor whole numbers');
  }
  requireIndex(indexed, key, ...(isText ? ['keyword', 'uuid'] : ['integer']));
  if (indexed.get(String(key)) === 'uuid' && !wanted.every((one) => UUID.test(String(one)))) {
    throw wrongInput('a match of other than UUIDs');
  }
  const set = new Set(wanted);
  return (found) => set.has(found);
}

function inRange(
  range: Json,
  key: unknown,
  indexed: ReadonlyMap<string, string>,
): (value: unknown) => boolean {
  if (Object.values(range).some((bound) => typeof bound !== 'number')) throw wrongInput('a range of others');
  requireIndex(indexed, key, 'integer', 'float');
  const { gt, gte, lt, lte } = range as Readonly<Record<string, number>>;
  return (value) =>
    typeof value === 'number' &&
    !(gt !== undefined && value <= gt) &&
    !(gte !== undefined && value < gte) &&
    !(lt !== undefined && value >= lt) &&
    !(lte !== undefined && value > lte);
}

export function requireIndex(indexed: ReadonlyMap<string, string>, key: unknown, ...kinds: string[]): void {
  if (kinds.includes(indexed.get(String(key)) ?? '')) return;
  throw wrongInput(`Index required but not found for "${key}" of one of the following types: [${kinds}]`);
}

/** The values at a path: the elements of an array, or the one that is there. */
export function valuesAt(path: string): (payload: Json) => readonly unknown[] {
  const steps = path.split('.');
  if (!steps.every((step) => /^[A-Za-z0-9_-]+$/.test(step))) throw wrongInput(`the path ${path}`);
  return (payload) => {
    let value: unknown = payload;
    for (const step of steps) {
      const isInside = typeof value === 'object' && value !== null && Object.hasOwn(value, step);
      value = isInside ? (value as Json)[step] : undefined;
    }
    if (value === undefined || value === null) return [];
    return Array.isArray(value) ? value : [value];
  };
}
