import type { Condition } from '../api/filter.ts';
import { LIMITS } from '../api/limits.ts';
import type { JsonValue } from '../api/metadata.ts';
import { VecinoError } from '../base/errors.ts';
import { didYouMean } from '../base/near-miss.ts';
import { describeValue } from '../base/options.ts';
import { findJsonFlaw, isPlainObject, showPath } from './json-flaw.ts';
import type { Predicate, Range } from './predicate.ts';

const COMBINATORS: readonly string[] = ['$and', '$or', '$not'];
const CONDITION_OPERATORS: readonly string[] = [
  '$eq',
  '$ne',
  '$gt',
  '$gte',
  '$lt',
  '$lte',
  '$in',
  '$nin',
  '$exists',
  '$contains',
] satisfies (keyof Condition)[];

type Steps = readonly (string | number)[];

/**
 * Validates a filter completely and reduces it to a {@link Predicate}, which shares nothing with the
 * filter: the caller may change theirs afterwards.
 *
 * `FILTER_OPERATOR_UNKNOWN` with the near miss, `FILTER_INVALID` for everything else.
 *
 * @param thing what the filter belongs to, as the message's opening words: `search in collection "docs"`
 */
export function parseFilter(thing: string, filter: unknown): Predicate {
  return new FilterParser(thing).filter(filter, []);
}

class FilterParser {
  private readonly thing: string;

  constructor(thing: string) {
    this.thing = thing;
  }

  filter(filter: unknown, at: Steps): Predicate {
    if (!isPlainObject(filter)) throw this.unexpected(at, filter, 'an object of fields and operators');
    if (at.filter((step) => typeof step === 'string').length > LIMITS.filterDepthMax) {
      throw this.invalid(at, `is nested deeper than ${LIMITS.filterDepthMax} levels; flatten the filter`);
    }
    return all(
      Object.entries(filter).map(([key, value]) =>
        key.startsWith('$') ? this.combined(key, value, at) : this.field(key, value, [...at, key]),
      ),
    );
  }

  private combined(operator: string, operand: unknown, at: Steps): Predicate {
    const inside = [...at, operator];
    switch (operator) {
      case '$and':
        return all(this.filters(operand, inside));
      case '$or':
        return { kind: 'or', parts: this.filters(operand, inside) };
      case '$not':
        return { kind: 'not', part: this.filter(operand, inside) };
      default:
        if (CONDITION_OPERATORS.includes(operator)) {
          throw this.invalid(inside, `belongs to a field; write { field: { ${operator}: … } }`);
        }
        throw this.unknownOperator(operator, at, COMBINATORS);
    }
  }

  private filters(operand: unknown, at: Steps): Predicate[] {
    if (!Array.isArray(operand)) throw this.unexpected(at, operand, 'an array of filters');
    if (operand.length === 0) throw this.invalid(at, 'is an empty array, expected at least one filter');
    return Array.from(operand, (part: unknown, i) => this.filter(part, [...at, i]));
  }

  private field(path: string, condition: unknown, at: Steps): Predicate {
    if (path.split('.').includes('')) {
      throw this.invalid(at, 'has an empty step in its path; write keys joined by single dots');
    }
    if (!isPlainObject(condition)) return { kind: 'in', path, values: [this.json(condition, at)] };
    const keys = Object.keys(condition);
    const operators = keys.filter((key) => key.startsWith('$'));
    if (keys.length === 0) {
      throw this.invalid(at, 'is an empty condition; write { $eq: {} } to compare with the empty object');
    }
    if (operators.length === 0) return { kind: 'in', path, values: [this.json(condition, at)] };
    if (operators.length < keys.length) {
      throw this.invalid(
        at,
        'mixes operators with plain keys; write { $eq: { … } } to compare with an object, or dotted paths for nested fields',
      );
    }
    return all(
      joinRanges(
        operators.map((operator) => this.condition(path, operator, condition[operator], [...at, operator])),
      ),
    );
  }

  private condition(path: string, operator: string, operand: unknown, at: Steps): Predicate {
    switch (operator) {
      case '$eq':
        return { kind: 'in', path, values: [this.json(operand, at)] };
      case '$ne':
        return not({ kind: 'in', path, values: [this.json(operand, at)] });
      case '$in':
        return { kind: 'in', path, values: this.values(operand, at) };
      case '$nin':
        return not({ kind: 'in', path, values: this.values(operand, at) });
      case '$gt':
      case '$gte':
        return {
          kind: 'range',
          path,
          lower: { value: this.ordered(operand, at), inclusive: operator === '$gte' },
        };
      case '$lt':
      case '$lte':
        return {
          kind: 'range',
          path,
          upper: { value: this.ordered(operand, at), inclusive: operator === '$lte' },
        };
      case '$exists':
        if (typeof operand !== 'boolean') throw this.unexpected(at, operand, 'true or false');
        return operand ? { kind: 'exists', path } : not({ kind: 'exists', path });
      case '$contains':
        return { kind: 'contains', path, operand: this.json(operand, at) };
      default:
        if (COMBINATORS.includes(operator)) {
          throw this.invalid(
            at,
            `goes around fields; write { ${operator}: … { ${JSON.stringify(path)}: … } }`,
          );
        }
        throw this.unknownOperator(operator, at.slice(0, -1), CONDITION_OPERATORS);
    }
  }

  private ordered(operand: unknown, at: Steps): number | string {
    if (typeof operand !== 'number' && typeof operand !== 'string') {
      throw this.unexpected(at, operand, 'a number or a string');
    }
    this.json(operand, at);
    return operand;
  }

  private values(operand: unknown, at: Steps): JsonValue[] {
    if (!Array.isArray(operand)) throw this.unexpected(at, operand, 'an array of values');
    return Array.from(operand, (value: unknown, i) => this.json(value, [...at, i]));
  }

  private json(value: unknown, at: Steps): JsonValue {
    const flaw = findJsonFlaw(value);
    if (flaw) throw this.invalid([...at, ...flaw.path], flaw.problem);
    return typeof value === 'object' ? JSON.parse(JSON.stringify(value)) : (value as JsonValue);
  }

  private unknownOperator(operator: string, at: Steps, known: readonly string[]): VecinoError {
    return new VecinoError(
      'FILTER_OPERATOR_UNKNOWN',
      `${this.thing}: ${showPath('filter', at)} has the unknown operator "${operator}"${didYouMean(operator, known)} (known: ${known.join(', ')})`,
      { details: { path: at, operator, known } },
    );
  }

  private unexpected(at: Steps, value: unknown, expected: string): VecinoError {
    return this.invalid(at, `is ${describeValue(value)}, expected ${expected}`);
  }

  private invalid(at: Steps, problem: string): VecinoError {
    return new VecinoError('FILTER_INVALID', `${this.thing}: ${showPath('filter', at)} ${problem}`, {
      details: { path: at },
    });
  }
}

function all(parts: Predicate[]): Predicate {
  const [only] = parts;
  return parts.length === 1 && only ? only : { kind: 'and', parts };
}

function not(part: Predicate): Predicate {
  return { kind: 'not', part };
}

/** Makes one range of a lower and an upper bound of the same type, which one pass over a column answers. */
function joinRanges(parts: Predicate[]): Predicate[] {
  const joined: Predicate[] = [];
  for (const part of parts) {
    const at = joined.findIndex(
      (other) => part.kind === 'range' && other.kind === 'range' && fit(part, other),
    );
    if (at < 0) joined.push(part);
    else joined[at] = { ...(joined[at] as Range), ...(part as Range) };
  }
  return joined;
}

function fit(a: Range, b: Range): boolean {
  const complementary =
    a.lower === undefined ? b.upper === undefined : b.lower === undefined && a.upper === undefined;
  return complementary && typeof (a.lower ?? a.upper)?.value === typeof (b.lower ?? b.upper)?.value;
}
