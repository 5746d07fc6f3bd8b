import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../src/api/metadata.ts';
import { BitSet } from '../../src/base/bit-set.ts';
import { FilterColumns } from '../../src/filter/columns.ts';
import { matches } from '../../src/filter/matches.ts';
import { parseFilter } from '../../src/filter/parse.ts';
import type { Predicate } from '../../src/filter/predicate.ts';
import { filter, metadata, path } from './filter-arbitraries.ts';

describe('the meaning of a filter', () => {
  it('is that of its text, read word by word', () => {
    fc.assert(
      fc.property(filter, fc.array(metadata, { minLength: 1, maxLength: 10 }), (asked, rows) => {
        const predicate = parseFilter('search', asked);
        for (const row of rows) expect(matches(predicate, row)).toBe(holds(asked, row));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('filter columns', () => {
  it('answer what matches() says, whatever was written before, while and after they were built', () => {
    let asked = 0;
    let answered = 0;
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), filter, (steps, last) => {
        const model = new Model();
        for (const one of [...steps, { do: 'ask' as const, filter: last }]) {
          const matching = model.take(one);
          if (matching === undefined) continue;
          asked++;
          if (matching > 0) answered++;
        }
      }),
      { numRuns: 1_500 },
    );
    // Otherwise the comparison would be one of empty sets.
    expect(answered).toBeGreaterThan(asked / 4);
  });
});

/** The sentences of api/filter.ts once more, without a word shared with the code under test. */
function holds(asked: unknown, row: JsonObject): boolean {
  return Object.entries(asked as Record<string, unknown>).every(([key, operand]) => {
    if (key === '$and') return (operand as unknown[]).every((part) => holds(part, row));
    if (key === '$or') return (operand as unknown[]).some((part) => holds(part, row));
    if (key === '$not') return !holds(operand, row);
    const value = valueAt(key, row);
    const isCondition = typeof operand === 'object' && operand !== null && !Array.isArray(operand);
    const conditions = Object.entries(isCondition ? operand : { $eq: operand });
    return conditions.every(([operator, wanted]) => satisfies(value, operator, wanted));
  });
}

function valueAt(key: string, row: JsonObject): JsonValue | undefined {
  let value: unknown = row;
  for (const step of key.split('.')) {
    const entries =
      typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
    value = new Map(entries).get(step);
  }
  return (value ?? (value === null ? null : new Map(Object.entries(row)).get(key))) as JsonValue | undefined;
}

function satisfies(value: JsonValue | undefined, operator: string, wanted: JsonValue): boolean {
  const sameType = typeof value === typeof wanted;
  const difference = sameType ? order(value, wanted) : undefined;
  switch (operator) {
    case '$eq':
      return same(value, wanted);
    case '$ne':
      return !same(value, wanted);
    case '$in':
      return (wanted as JsonValue[]).some((one) => same(value, one));
    case '$nin':
      return !(wanted as JsonValue[]).some((one) => same(value, one));
    case '$exists':
      return (value !== undefined) === wanted;
    case '$contains':
      if (Array.isArray(value)) return value.some((element) => same(element, wanted));
      return typeof value === 'string' && typeof wanted === 'string' && value.includes(wanted);
    case '$gt':
      return difference !== undefined && difference > 0;
    case '$gte':
      return difference !== undefined && difference >= 0;
    case '$lt':
      return difference !== undefined && difference < 0;
    default:
      return difference !== undefined && difference <= 0;
  }
}

/** Buffers compare as bytes, and UTF-8 bytes compare as code points. */
function order(value: unknown, wanted: unknown): number {
  if (typeof value === 'string') return Buffer.compare(Buffer.from(value), Buffer.from(String(wanted)));
  return Number(value) < Number(wanted) ? -1 : Number(value) > Number(wanted) ? 1 : 0;
}

function same(a: unknown, b: unknown): boolean {
  if (a === undefined) return false;
  // JSON text has no -0.
  return isDeepStrictEqual(JSON.parse(JSON.stringify(a)), JSON.parse(JSON.stringify(b)));
}

type Step =
  | { do: 'set'; slot: number; metadata: JsonObject }
  | { do: 'delete'; slot: number }
  | { do: 'begin'; paths: string[] }
  | { do: 'load'; count: number }
  | { do: 'finish' }
  | { do: 'abandon' }
  | { do: 'ask'; filter: Record<string, unknown> };

// Few slots, so that a slot changes often between two questions.
const slot = fc.oneof(
  { weight: 9, arbitrary: fc.nat({ max: 8 }) },
  { weight: 1, arbitrary: fc.nat({ max: 80 }) },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ do: fc.constant('set' as const), slot, metadata }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('delete' as const), slot }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('begin' as const),
      paths: fc.array(path, { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('load' as const), count: fc.nat({ max: 6 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('finish' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('abandon' as const) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('ask' as const), filter }) },
);

/** Stored rows, and columns that are loaded from a reading of them that writes have overtaken. */
class Model {
  private readonly rows = new Map<number, JsonObject>();
  private readonly columns = new FilterColumns();
  private unread: [number, JsonObject][] | undefined;

  /** Does one step; for a question, compares the answers and tells how many rows matched. */
  take(one: Step): number | undefined {
    switch (one.do) {
      case 'set':
        this.rows.set(one.slot, one.metadata);
        this.columns.set(one.slot, one.metadata);
        return undefined;
      case 'delete':
        this.rows.delete(one.slot);
        this.columns.delete(one.slot);
        return undefined;
      case 'begin':
        if (this.unread === undefined) this.begin(one.paths);
        return undefined;
      case 'load':
        this.load(one.count);
        return undefined;
      case 'finish':
        if (this.unread !== undefined) this.finish();
        return undefined;
      case 'abandon':
        this.columns.abandon();
        this.unread = undefined;
        return undefined;
      case 'ask':
        return this.ask(parseFilter('search', one.filter));
    }
  }

  private begin(paths: string[]): void {
    this.columns.begin(paths);
    this.unread = [...this.rows];
  }

  private load(count: number): void {
    for (const [at, row] of this.unread?.splice(0, count) ?? []) this.columns.load(at, row);
  }

  private finish(): void {
    this.load(Number.MAX_SAFE_INTEGER);
    this.columns.finish();
    this.unread = undefined;
  }

  private ask(predicate: Predicate): number {
    if (this.columns.missing(predicate).length > 0 && this.unread !== undefined) this.finish();
    const missing = this.columns.missing(predicate);
    if (missing.length > 0) {
      this.begin(missing);
      this.finish();
    }
    const expected = [...this.rows].filter(([, row]) => matches(predicate, row)).map(([at]) => at);
    const answer = this.columns.evaluate(predicate, BitSet.from(this.rows.keys()));
    expect([...answer]).toEqual(expected.sort((a, b) => a - b));
    return expected.length;
  }
}
