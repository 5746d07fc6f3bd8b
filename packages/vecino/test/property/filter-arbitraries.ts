import fc from 'fast-check';
import type { JsonObject, JsonValue } from '../../src/api/metadata.ts';

/*
 * Metadata and filters from small domains, so that values collide; types are mixed within a field, and keys
 * are named like what every object inherits.
 */

const KEYS = ['a', 'a', 'a', 'b', 'a.b', '__proto__', 'constructor'];
const PATHS = [
  'a',
  'a',
  'a',
  'a',
  'b',
  'a.b',
  'a.a',
  'b.a.b',
  '__proto__',
  '__proto__.a',
  'constructor',
  'a.length',
  'a.0',
];

const text = fc.constantFrom('', 'a', 'ab', 'b', 'ß', '\uffee', '\u{1f600}', 'a\u{1f600}', '__proto__', '1');
const number = fc.constantFrom(0, -0, 1, -1, 2, 0.1, 1e308, -1e308, 5e-324, Number.MAX_SAFE_INTEGER);
const scalar = fc.oneof(text, number, fc.boolean(), fc.constant(null));
const ordered = fc.oneof(text, number);

export const path = fc.constantFrom(...PATHS);

const json = fc.letrec<{ value: JsonValue; metadata: JsonObject }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { weight: 3, arbitrary: scalar },
    { weight: 1, arbitrary: fc.array(scalar, { maxLength: 3 }) },
    { weight: 1, arbitrary: fc.array(tie('value'), { maxLength: 3 }) },
    { weight: 1, arbitrary: tie('metadata') },
  ),
  metadata: fc
    .array(fc.tuple(fc.constantFrom(...KEYS), tie('value')), { maxLength: 4 })
    .map((entries) => Object.fromEntries(entries)),
}));

export const metadata = json.metadata;

const operators = {
  $eq: json.value,
  $ne: json.value,
  $gt: ordered,
  $gte: ordered,
  $lt: ordered,
  $lte: ordered,
  $in: fc.array(json.value, { maxLength: 4 }),
  $nin: fc.array(json.value, { maxLength: 4 }),
  $exists: fc.boolean(),
  $contains: fc.oneof(scalar, json.value),
};

const oneOperator = fc.oneof(
  ...Object.entries(operators).map(([operator, operand]) =>
    (operand as fc.Arbitrary<JsonValue>).map((value) => ({ [operator]: value })),
  ),
);
const bounds = fc
  .tuple(fc.constantFrom('$gt', '$gte'), ordered, fc.constantFrom('$lt', '$lte'), ordered)
  .map(([lower, from, upper, to]) => ({ [lower]: from, [upper]: to }));
const severalOperators = fc
  .record(operators, { requiredKeys: [] })
  .filter((condition) => Object.keys(condition).length > 0);
const condition = fc.oneof(
  { weight: 4, arbitrary: oneOperator },
  { weight: 1, arbitrary: bounds },
  { weight: 1, arbitrary: severalOperators },
);

/** One field with one condition: most of what can go wrong shows here, undiluted by further conditions. */
const simpleFilter = fc.tuple(path, condition).map((entry) => Object.fromEntries([entry]));

const anyFilter = fc.letrec<{ filter: Record<string, unknown> }>((tie) => ({
  filter: fc
    .array(
      fc.oneof(
        { maxDepth: 3, withCrossShrink: true },
        fc.tuple(path, scalar),
        fc.tuple(path, fc.array(json.value, { maxLength: 2 })),
        fc.tuple(path, condition),
        fc.tuple(path, condition),
        fc.tuple(fc.constantFrom('$and', '$or'), fc.array(tie('filter'), { minLength: 1, maxLength: 3 })),
        fc.tuple(fc.constant('$not'), tie('filter')),
      ),
      { maxLength: 3 },
    )
    .map((entries) => Object.fromEntries(entries)),
})).filter;

/** A filter as a caller writes it; `unknown`, because its operands fit no declared type. */
export const filter: fc.Arbitrary<Record<string, unknown>> = fc.oneof(simpleFilter, anyFilter);
