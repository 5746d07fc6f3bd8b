import type { Predicate, Range } from '../../filter/predicate.ts';
import type { Condition, NumberRange } from './client.ts';
import { equals, exists, hasElement, keyOf } from './terms.ts';

/*
 * Filters in Qdrant's terms, over what records say of their metadata (`terms.ts`). Two things Qdrant cannot say: the
 * order of texts, and that a text has another as a part. For these a predicate stands between two conditions: whatever
 * matches `under` matches the predicate, and whatever matches the predicate matches `over`. `$not` exchanges the two.
 * Qdrant is asked for `over`, and where the two differ the rest is decided here.
 */

/** A condition, or what is known without asking. */
export type Clause = Condition | boolean;

export interface Clauses {
  readonly over: Clause;
  /** The same as `over` where Qdrant can say all of the predicate. */
  readonly under: Clause;
}

export const TERMS = 'terms';
export const NUMBERS = 'numbers';

export function translate(predicate: Predicate): Clauses {
  switch (predicate.kind) {
    case 'and':
      return combined(predicate.parts.map(translate), allOf);
    case 'or':
      return combined(predicate.parts.map(translate), anyOf);
    case 'not': {
      const { over, under } = translate(predicate.part);
      if (over === under) return exactly(noneOf(over));
      return { over: noneOf(under), under: noneOf(over) };
    }
    case 'in':
      return exactly(says(predicate.values.map((value) => equals(predicate.path, value))));
    case 'exists':
      return exactly(says([exists(predicate.path)]));
    case 'contains': {
      const { path, operand } = predicate;
      const inArray = says([hasElement(path, operand)]);
      return typeof operand === 'string' ? { over: says([exists(path)]), under: inArray } : exactly(inArray);
    }
    case 'range':
      return rangeOf(predicate);
  }
}

function rangeOf({ path, lower, upper }: Range): Clauses {
  const [from, to] = [lower?.value, upper?.value];
  if (typeof from === 'string' || typeof to === 'string') {
    return { over: says([exists(path)]), under: false };
  }
  const range: NumberRange = {
    ...(from !== undefined && { [lower?.inclusive ? 'gte' : 'gt']: from }),
    ...(to !== undefined && { [upper?.inclusive ? 'lte' : 'lt']: to }),
  };
  return exactly({ key: `${NUMBERS}.${keyOf(path)}`, range });
}

/** That a record says one of these at least. */
function says(terms: readonly string[]): Clause {
  const [only, ...others] = [...new Set(terms)];
  if (only === undefined) return false;
  return { key: TERMS, match: others.length === 0 ? { value: only } : { any: [only, ...others] } };
}

function exactly(clause: Clause): Clauses {
  return { over: clause, under: clause };
}

function combined(parts: readonly Clauses[], join: (clauses: readonly Clause[]) => Clause): Clauses {
  const over = join(parts.map((part) => part.over));
  if (parts.every((part) => part.over === part.under)) return exactly(over);
  return { over, under: join(parts.map((part) => part.under)) };
}

function allOf(clauses: readonly Clause[]): Clause {
  if (clauses.includes(false)) return false;
  const must = clauses.filter(isCondition);
  return must.length === 0 ? true : (only(must) ?? { must });
}

function anyOf(clauses: readonly Clause[]): Clause {
  if (clauses.includes(true)) return true;
  const should = clauses.filter(isCondition);
  return should.length === 0 ? false : (only(should) ?? { should });
}

function noneOf(clause: Clause): Clause {
  return isCondition(clause) ? { must_not: [clause] } : !clause;
}

function only(conditions: readonly Condition[]): Condition | undefined {
  return conditions.length === 1 ? conditions[0] : undefined;
}

function isCondition(clause: Clause): clause is Condition {
  return typeof clause !== 'boolean';
}
