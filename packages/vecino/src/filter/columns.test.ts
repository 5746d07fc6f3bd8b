import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../api/metadata.ts';
import { BitSet } from '../base/bit-set.ts';
import { FilterColumns } from './columns.ts';
import { matches } from './matches.ts';
import type { Predicate } from './predicate.ts';

/** Small domains, so that values collide; types mixed within a field; names of the prototype. */
const KEYS = ['a', 'b', 'a.b', '__proto__', 'constructor', 'toString', 'ß'];
const PATHS = [...KEYS, 'a.a', 'b.a.b', 'a.__proto__', '__proto__.a', 'constructor.name', 'a.length', 'a.0'];

const text = fc.constantFrom('', 'a', 'ab', 'b', 'ß', '\uffee', '\u{1f600}', 'a\u{1f600}', '__proto__', '1');
const number = fc.constantFrom(0, -0, 1, -1, 2, 0.1, 1e308, -1e308, 5e-324, Number.MAX_SAFE_INTEGER);
const scalar = fc.oneof(text, number, fc.boolean(), fc.constant(null));
const key = fc.constantFrom(...KEYS);
const path = fc.constantFrom(...PATHS);

const { value, metadata } = fc.letrec<{ value: JsonValue; metadata: JsonObject }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }),
    tie('metadata'),
  ),
  metadata: fc
    .array(fc.tuple(key, tie('value')), { maxLength: 3 })
    .map((entries) => Object.fromEntries(entries)),
}));

const bound = fc.record({ value: fc.oneof(text, number), inclusive: fc.boolean() });
const { predicate } = fc.letrec<{ predicate: Predicate }>((tie) => ({
  predicate: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.record({ kind: fc.constant('in' as const), path, values: fc.array(value, { maxLength: 4 }) }),
    fc.record({ kind: fc.constant('range' as const), path, lower: bound }),
    fc.record({ kind: fc.constant('range' as const), path, upper: bound }),
    fc
      .record({ kind: fc.constant('range' as const), path, lower: bound, upper: bound })
      .filter(({ lower, upper }) => typeof lower.value === typeof upper.value),
    fc.record({ kind: fc.constant('exists' as const), path }),
    fc.record({ kind: fc.constant('contains' as const), path, operand: value }),
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      parts: fc.array(tie('predicate'), { maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant('not' as const), part: tie('predicate') }),
  ),
}));

const slot = fc.nat({ max: 70 });
type Step =
  | { do: 'set'; slot: number; metadata: JsonObject }
  | { do: 'delete'; slot: number }
  | { do: 'build'; paths: string[] }
  | { do: 'load'; count: number }
  | { do: 'finish' }
  | { do: 'ask'; predicate: Predicate };
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('set' as const), slot, metadata }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), slot }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('build' as const),
      paths: fc.array(path, { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('load' as const), count: fc.nat({ max: 40 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('finish' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('ask' as const), predicate }) },
);

/** A store of metadata that reads rows page by page, each page possibly outdated when it is loaded. */
class Model {
  readonly rows = new Map<number, JsonObject>();
  readonly columns = new FilterColumns();
  private unread: [number, JsonObject][] | undefined;

  get isBuilding(): boolean {
    return this.unread !== undefined;
  }

  begin(paths: string[]): void {
    this.columns.begin(paths);
    this.unread = [...this.rows];
  }

  load(count: number): void {
    for (const [at, row] of this.unread?.splice(0, count) ?? []) this.columns.load(at, row);
  }

  finish(): void {
    this.load(Number.MAX_SAFE_INTEGER);
    this.columns.finish();
    this.unread = undefined;
  }

  /** Builds what is missing and compares with the meaning of filters. */
  expectSameMeaning(asked: Predicate): void {
    const missing = this.columns.missing(asked);
    if (missing.length > 0) {
      if (this.isBuilding) this.finish();
      this.begin(this.columns.missing(asked));
      this.finish();
    }
    const expected = [...this.rows].filter(([, row]) => matches(asked, row)).map(([at]) => at);
    const answer = this.columns.evaluate(asked, BitSet.from(this.rows.keys()));
    expect([...answer]).toEqual(expected.sort((a, b) => a - b));
  }
}

describe('FilterColumns', () => {
  it('answers what matches() says, whatever was written before, while and after columns were built', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40, size: 'max' }), predicate, (steps, last) => {
        const model = new Model();
        for (const one of steps) {
          switch (one.do) {
            case 'set':
              model.rows.set(one.slot, one.metadata);
              model.columns.set(one.slot, one.metadata);
              break;
            case 'delete':
              model.rows.delete(one.slot);
              model.columns.delete(one.slot);
              break;
            case 'build':
              if (!model.isBuilding) model.begin(one.paths);
              break;
            case 'load':
              model.load(one.count);
              break;
            case 'finish':
              if (model.isBuilding) model.finish();
              break;
            case 'ask':
              model.expectSameMeaning(one.predicate);
          }
        }
        model.expectSameMeaning(last);
      }),
      { numRuns: 1_500 },
    );
  });
});
