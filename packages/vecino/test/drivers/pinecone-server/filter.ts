import { Refused, type Shape } from './shape.ts';

/*
 * Filters as "Metadata filter expressions" of the documentation has them: `$eq` and `$ne` of texts, numbers and
 * booleans, `$gt`, `$gte`, `$lt` and `$lte` of numbers, `$in` and `$nin` of texts and numbers, `$exists`, `$and` and
 * `$or`. A list of texts has what one of its elements has. Whether `$ne` and `$nin` are true where a field is missing
 * is not said, so tests ask both ways.
 */

type Metadata = Readonly<Record<string, unknown>>;

const VALUES_MAX = 10_000;

const isText = (value: unknown) => typeof value === 'string';
const isNumber = (value: unknown) => typeof value === 'number' && Number.isFinite(value);
const isAny = (value: unknown) => isText(value) || isNumber(value) || typeof value === 'boolean';
const isSeveral = (value: unknown) =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.length <= VALUES_MAX &&
  value.every((one) => isText(one) || isNumber(one));

/** What an operator takes. */
const OPERANDS: Readonly<Record<string, (value: unknown) => boolean>> = {
  $eq: isAny,
  $ne: isAny,
  $gt: isNumber,
  $gte: isNumber,
  $lt: isNumber,
  $lte: isNumber,
  $in: isSeveral,
  $nin: isSeveral,
  $exists: (value) => typeof value === 'boolean',
};

export const checkFilter: Shape = (value, at) => {
  const entries = Object.entries(objectOf(value, at));
  if (entries.length === 0) throw new Refused(400, `${at}: expected at least one field`);
  for (const [key, inner] of entries) {
    if (key === '$and' || key === '$or') {
      if (!Array.isArray(inner) || inner.length === 0)
        throw new Refused(400, `${at}.${key}: expected filters`);
      for (const [i, one] of (inner as unknown[]).entries()) checkFilter(one, `${at}.${key}[${i}]`);
      continue;
    }
    if (key.startsWith('$')) throw new Refused(400, `${at}: unknown operator ${key}`);
    const conditions = Object.entries(objectOf(inner, `${at}.${key}`));
    if (conditions.length !== 1) throw new Refused(400, `${at}.${key}: expected one operator`);
    for (const [operator, operand] of conditions) {
      const takes = Object.hasOwn(OPERANDS, operator) ? OPERANDS[operator] : undefined;
      if (!takes?.(operand)) throw new Refused(400, `${at}.${key}: ${operator} takes no such operand`);
    }
  }
};

/** @param missingDiffers whether a missing field is unequal to everything */
export function passes(filter: Metadata, metadata: Metadata, missingDiffers: boolean): boolean {
  return Object.entries(filter).every(([key, inner]) => {
    if (key === '$and') return (inner as Metadata[]).every((one) => passes(one, metadata, missingDiffers));
    if (key === '$or') return (inner as Metadata[]).some((one) => passes(one, metadata, missingDiffers));
    const value = Object.hasOwn(metadata, key) ? metadata[key] : undefined;
    return Object.entries(inner as Metadata).every(([operator, operand]) =>
      holds(operator, value, operand, missingDiffers),
    );
  });
}

function holds(operator: string, value: unknown, operand: unknown, missingDiffers: boolean): boolean {
  if (operator === '$exists') return (value !== undefined) === operand;
  if (value === undefined) return missingDiffers && (operator === '$ne' || operator === '$nin');
  const own = Array.isArray(value) ? (value as unknown[]) : [value];
  const numbers = own.filter((one) => typeof one === 'number');
  switch (operator) {
    case '$eq':
      return own.includes(operand);
    case '$ne':
      return !own.includes(operand);
    case '$in':
      return own.some((one) => (operand as unknown[]).includes(one));
    case '$nin':
      return !own.some((one) => (operand as unknown[]).includes(one));
    case '$gt':
      return numbers.some((one) => one > Number(operand));
    case '$gte':
      return numbers.some((one) => one >= Number(operand));
    case '$lt':
      return numbers.some((one) => one < Number(operand));
    default:
      return numbers.some((one) => one <= Number(operand));
  }
}

function objectOf(value: unknown, at: string): Metadata {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Metadata;
  throw new Refused(400, `${at}: expected an object`);
}
