import type { JsonValue } from '../../api/metadata.ts';
import type { In, Predicate, Range } from '../../filter/predicate.ts';
import type { Where } from './client.ts';
import { isKey, isScalar, STRING_MAX } from './flat-metadata.ts';
import { SEQ } from './record-parts.ts';

/*
 * Filters in Chroma's terms. Chroma compares texts, numbers and booleans of one level for equality, and numbers by
 * size; it knows neither order of texts, nor null, nor whether a field is there, nor parts of texts. So what it is told
 * lets pass all that match and may let pass more, and whoever asks finishes with `filter/matches.ts` on what comes back.
 * Nothing that matches is ever left out: a property test makes sure.
 *
 * It keeps whole numbers and others apart, so a range is asked of both. JSON decides which a number is: 5 and 2e15 are
 * whole there, 0.5, 1e300 and whatever does not fit 64 bits are not.
 */

/** More values than these are no condition of a query any more: SQL that Chroma makes of them has bounds. */
const VALUES_MAX = 500;

/** Whole numbers of Chroma have 64 bits and a sign; the first that are too large. */
const WHOLE_MAX = 2 ** 63;
/** The smallest double that is one of them. */
const WHOLE_MIN = 1_024 - WHOLE_MAX;
/** From here on doubles have no fractions. */
const FRACTIONS_MAX = 2 ** 52;

/** Lets nothing pass: numbers of changes are positive. */
const NOTHING: Where = { [SEQ]: { $lt: 0 } };

/** What must hold for a record that matches; undefined where Chroma can say nothing about it. */
export function whereOf(predicate: Predicate | undefined): Where | undefined {
  return predicate && conditionOf(predicate, false);
}

/** All conditions at once, of those that say anything. */
export function allOf(conditions: readonly (Where | undefined)[]): Where | undefined {
  const said = conditions.filter((condition) => condition !== undefined);
  return said.length > 1 ? { $and: said } : said[0];
}

/** Whether a number is a whole one to Chroma. */
export function isWhole(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) < WHOLE_MAX;
}

function conditionOf(predicate: Predicate, isNegated: boolean): Where | undefined {
  switch (predicate.kind) {
    case 'and':
    case 'or': {
      const parts = predicate.parts.map((part) => conditionOf(part, isNegated));
      return (predicate.kind === 'and') === isNegated ? anyOf(parts) : allOf(parts);
    }
    case 'not':
      return conditionOf(predicate.part, !isNegated);
    case 'in':
      if (!isKey(predicate.path) || predicate.values.length > VALUES_MAX) return undefined;
      return isNegated ? noneOf(predicate) : oneOf(predicate);
    case 'range':
      return isNegated || !isKey(predicate.path) ? undefined : rangeOf(predicate);
    case 'exists':
    case 'contains':
      return undefined;
  }
}

/** One of several at least; undefined where one of them is. */
function anyOf(conditions: readonly (Where | undefined)[]): Where | undefined {
  if (conditions.includes(undefined)) return undefined;
  const said = conditions.filter((condition) => condition !== NOTHING);
  return said.length > 1 ? { $or: said } : (said[0] ?? NOTHING);
}

function oneOf({ path, values }: In): Where | undefined {
  if (!values.every(isComparable)) return undefined;
  return anyOf(
    kindsOf(values).map((kind) => ({ [path]: kind.length === 1 ? { $eq: kind[0] } : { $in: kind } })),
  );
}

/** Values that Chroma cannot compare with are left to whoever finishes; so are fractions, which it may read inexactly. */
function noneOf({ path, values }: In): Where | undefined {
  const exact = values.filter(
    (value) => isComparable(value) && (typeof value !== 'number' || isWhole(value)),
  );
  return allOf(
    kindsOf(exact).map((kind) => ({ [path]: kind.length === 1 ? { $ne: kind[0] } : { $nin: kind } })),
  );
}

function isComparable(value: JsonValue): boolean {
  return isScalar(value) && (typeof value !== 'string' || value.length <= STRING_MAX);
}

/** The values by what they are to Chroma, which takes lists of one kind. */
function kindsOf(values: readonly JsonValue[]): JsonValue[][] {
  const kinds = Map.groupBy(values, (value) =>
    typeof value === 'number' && isWhole(value) ? 'whole' : typeof value,
  );
  return [...kinds.values()];
}

/** Ranges of texts are left to whoever finishes. */
function rangeOf({ path, lower, upper }: Range): Where | undefined {
  const [low, high] = [lower?.value ?? Number.NEGATIVE_INFINITY, upper?.value ?? Number.POSITIVE_INFINITY];
  if (typeof low === 'string' || typeof high === 'string') return undefined;
  return anyOf([wholeBetween(path, Math.ceil(low), Math.floor(high)), fractionBetween(path, low, high)]);
}

function wholeBetween(path: string, low: number, high: number): Where {
  if (low > high || low >= WHOLE_MAX || high <= -WHOLE_MAX) return NOTHING;
  const bounds = [
    low > -WHOLE_MAX ? { [path]: { $gte: low } } : undefined,
    high < WHOLE_MAX ? { [path]: { $lte: high } } : undefined,
  ];
  // All whole numbers are between bounds that are none themselves.
  return allOf(bounds) ?? { [path]: { $gte: WHOLE_MIN } };
}

function fractionBetween(path: string, low: number, high: number): Where {
  return (
    allOf([
      low === Number.NEGATIVE_INFINITY ? undefined : { [path]: { $gte: -fractionAbove(-low) } },
      high === Number.POSITIVE_INFINITY ? undefined : { [path]: { $lte: fractionAbove(high) } },
    ]) ?? NOTHING
  );
}

/**
 * A number that JSON writes as none of Chroma's whole ones, not below a bound and so little above it that between the two
 * lies next to nothing: room for what reading a number may round.
 */
function fractionAbove(bound: number): number {
  const above = bound + Math.max(Math.abs(bound) * 2 ** -50, Number.MIN_VALUE);
  if (!isWhole(above)) return Math.min(above, Number.MAX_VALUE);
  if (Math.abs(above) < FRACTIONS_MAX) return above + 0.5;
  // The outermost fractions: between them and what is too large to be whole there is none.
  return above > 0 ? FRACTIONS_MAX - 0.5 : 0.5 - FRACTIONS_MAX;
}
