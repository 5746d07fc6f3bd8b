import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../api/metadata.ts';
import { matches } from '../../filter/matches.ts';
import { parseFilter } from '../../filter/parse.ts';
import { attributesOf, expressionOf } from './attributes.ts';

const scalar = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom('', 'a', 'ab', '1', '"', '\\', '\u{1f600}', null, true, false),
);
const key = fc.constantFrom('a', 'b', 'a.b', '"', "') or (1 == 1", 'constructor');
const value = fc.oneof(
  scalar,
  fc.array(scalar, { maxLength: 3 }),
  fc.dictionary(key, scalar, { maxKeys: 2 }),
);
const metadata = fc.dictionary(key, value, { maxKeys: 3 });

const condition = fc.oneof(
  value.map(($eq) => ({ $eq })),
  value.map(($ne) => ({ $ne })),
  fc.array(value, { minLength: 1, maxLength: 40 }).map(($in) => ({ $in })),
  fc.boolean().map(($exists) => ({ $exists })),
  scalar.map(($contains) => ({ $contains })),
  fc.record({ $gte: fc.integer({ min: -2, max: 2 }), $lt: fc.double({ min: -5, max: 5, noNaN: true }) }),
  fc.constantFrom('a', '1').map(($gt) => ({ $gt })),
);
const { filter } = fc.letrec((tie) => ({
  field: fc.tuple(key, condition).map(([name, one]) => ({ [name]: one })),
  filter: fc.oneof(
    { maxDepth: 3 },
    tie('field'),
    fc.array(tie('filter'), { minLength: 1, maxLength: 3 }).map(($and) => ({ $and })),
    fc.array(tie('filter'), { minLength: 1, maxLength: 3 }).map(($or) => ({ $or })),
    tie('filter').map(($not) => ({ $not })),
  ),
}));

/** Says of attributes what an expression says of them, as far as we write expressions. */
function passes(text: string, json: string): boolean {
  const { t, ...numbers } = JSON.parse(json) as { readonly t: readonly string[] } & Record<string, number>;
  // A field that is missing makes everything false.
  const fields = text.match(/\.n[\w-]+/g) ?? [];
  if (fields.some((field) => !Object.hasOwn(numbers, field.slice(1)))) return false;
  const script = text
    .replaceAll(/\("([\w-]{16})" in \.t\)/g, 't.includes("$1")')
    .replaceAll(/\.(n[\w-]+)/g, 'numbers["$1"]')
    .replaceAll(/\bnot\b/g, '!')
    .replaceAll(/ and /g, ' && ')
    .replaceAll(/ or /g, ' || ');
  // Nothing of a caller's may get into an expression: what is left is of our own making.
  expect(script).toMatch(/^(t\.includes\("[\w-]{16}"\)|numbers\["[\w-]+"\]|[\d.<>=!&|() -])*$/);
  return Boolean(new Function('t', 'numbers', `return ${script}`)(t, numbers));
}

describe('filters as expressions', () => {
  it('let pass what matches, and where they are exact nothing else', () => {
    let exact = 0;
    fc.assert(
      fc.property(filter, fc.array(metadata, { minLength: 1, maxLength: 8 }), (asked, all) => {
        const predicate = parseFilter('search', asked as never);
        const { text, isExact } = expressionOf(predicate);
        if (isExact) exact++;
        for (const one of all as JsonObject[]) {
          const expected = matches(predicate, one);
          const passed = text === undefined || passes(text, attributesOf(one));
          if (isExact) expect(passed).toBe(expected);
          else if (expected) expect(passed).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
    expect(exact).toBeGreaterThan(20);
  });

  it('say ranges of numbers where all must hold, and more where the language has no words', () => {
    const said = (asked: object) => expressionOf(parseFilter('search', asked as never));
    expect(said({ year: { $gte: 1990, $lt: 2000.5 } })).toEqual({
      text: expect.stringMatching(/^\(\.n[\w-]{16} >= 1990 and \.n[\w-]{16} < 2000\.5\)$/),
      isExact: true,
    });
    for (const asked of [
      { a: { $gt: 1e-7 } },
      { a: { $gt: 'x' } },
      { $not: { a: { $gt: 1 } } },
      { a: { $contains: 'x' } },
    ]) {
      expect(said(asked).isExact).toBe(false);
    }
    expect(said({})).toEqual({ text: undefined, isExact: true });
  });
});
