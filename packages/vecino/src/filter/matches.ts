import type { JsonObject, JsonValue } from '../api/metadata.ts';
import { compareText, equalJson } from './json-order.ts';
import { readPath } from './path.ts';
import type { Bound, Predicate, Range } from './predicate.ts';

/**
 * Whether metadata satisfy a predicate: the meaning of filters, as plainly as it can be written. Whatever
 * evaluates filters faster is tested against this function.
 */
export function matches(predicate: Predicate, metadata: JsonObject): boolean {
  switch (predicate.kind) {
    case 'and':
      return predicate.parts.every((part) => matches(part, metadata));
    case 'or':
      return predicate.parts.some((part) => matches(part, metadata));
    case 'not':
      return !matches(predicate.part, metadata);
    default: {
      const value = readPath(predicate.path)(metadata);
      if (value === undefined) return false;
      switch (predicate.kind) {
        case 'in':
          return predicate.values.some((wanted) => equalJson(value, wanted));
        case 'range':
          return inRange(value, predicate);
        case 'exists':
          return true;
        case 'contains':
          return contains(value, predicate.operand);
      }
    }
  }
}

function inRange(value: JsonValue, { lower, upper }: Range): boolean {
  return (
    (lower === undefined || beyond(compareOrdered(value, lower), lower)) &&
    (upper === undefined || beyond(-compareOrdered(value, upper), upper))
  );
}

/** Positive where the value is larger than the bound, NaN where their types differ. */
function compareOrdered(value: JsonValue, { value: bound }: Bound): number {
  if (typeof value === 'number' && typeof bound === 'number') return value - bound;
  if (typeof value === 'string' && typeof bound === 'string') return compareText(value, bound);
  return Number.NaN;
}

function beyond(difference: number, bound: Bound): boolean {
  return bound.inclusive ? difference >= 0 : difference > 0;
}

function contains(value: JsonValue, operand: JsonValue): boolean {
  if (Array.isArray(value)) return value.some((element) => equalJson(element, operand));
  return typeof value === 'string' && typeof operand === 'string' && value.includes(operand);
}
