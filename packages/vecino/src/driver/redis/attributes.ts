import { createHash } from 'node:crypto';
import type { JsonObject, JsonValue } from '../../api/metadata.ts';
import { canonicalText } from '../../filter/json-order.ts';
import { readPath } from '../../filter/path.ts';
import type { Predicate, Range } from '../../filter/predicate.ts';

/*
 * Filters in the language of VSIM's FILTER, which knows no kinds (the text "1" equals the number 1), no nested fields,
 * and answers false as soon as a field is missing, whatever stands around it. So an element's attributes are not the
 * metadata but tokens of them: one array, which is always there, of hashes of all that a filter may ask, each with path
 * and kind in it; and beside it the numbers by path, for ranges. A token says exactly what `filter/matches.ts` says, and
 * consists of letters and digits, so nothing of a caller's gets into an expression.
 *
 * Ranges of texts and parts of texts it cannot say. There the expression lets pass more than the filter (or, under a
 * `not`, less), and the driver looks at the metadata of what was found.
 */

/** 96 bits: two different values with the same hash are not to be expected before there are 2^48 of them. */
const TOKEN_LENGTH = 16;

/** Values of one condition; each costs a pass over the tokens of every record that is met. */
const VALUES_MAX = 32;

/** A filter as an expression. */
export interface FilterExpression {
  /** Undefined where it would let pass everything. */
  readonly text: string | undefined;
  /** Whether what passes matches, and what matches passes; else only the latter. */
  readonly isExact: boolean;
}

/** What of a record's metadata its elements carry, as JSON. */
export function attributesOf(metadata: JsonObject): string {
  const tokens = new Set<string>();
  const attributes: Record<string, unknown> = {};
  for (const path of pathsIn(metadata)) {
    const value = readPath(path)(metadata);
    if (value === undefined) continue;
    tokens.add(exists(path));
    tokens.add(equals(path, value));
    if (Array.isArray(value)) for (const element of value) tokens.add(has(path, element as JsonValue));
    if (typeof value === 'string') tokens.add(isText(path));
    if (typeof value === 'number') {
      tokens.add(isNumber(path));
      attributes[numberField(path)] = value;
    }
  }
  return JSON.stringify({ t: [...tokens], ...attributes });
}

export function expressionOf(predicate: Predicate): FilterExpression {
  // A field that is missing makes all of an expression false, which is right only where everything must hold.
  const parts = predicate.kind === 'and' ? predicate.parts : [predicate];
  const said = parts.map((part) => (part.kind === 'range' ? rangeOf(part) : conditionOf(part, 'wider')));
  const texts = said.flatMap(({ text }) => (text === TRUE ? [] : [text]));
  return {
    text: texts.length === 0 ? undefined : texts.join(' and '),
    isExact: said.every(({ isExact }) => isExact),
  };
}

interface Condition {
  readonly text: string;
  readonly isExact: boolean;
}

const TRUE = '(1 == 1)';
const FALSE = '(1 == 0)';

/** @param way what it may be where it cannot be exact */
function conditionOf(predicate: Predicate, way: 'wider' | 'narrower'): Condition {
  switch (predicate.kind) {
    case 'and':
      return joined(predicate.parts, 'and', TRUE, way);
    case 'or':
      return joined(predicate.parts, 'or', FALSE, way);
    case 'not': {
      const { text, isExact } = conditionOf(predicate.part, way === 'wider' ? 'narrower' : 'wider');
      return { text: `(not ${text})`, isExact };
    }
    case 'exists':
      return { text: holds(exists(predicate.path)), isExact: true };
    case 'in': {
      const { path, values } = predicate;
      if (values.length > VALUES_MAX) return inexact(holds(exists(path)), way);
      const tokens = [...new Set(values.map((value) => equals(path, value)))];
      return { text: anyOf(tokens.map(holds)), isExact: true };
    }
    case 'contains': {
      const { path, operand } = predicate;
      const element = holds(has(path, operand));
      if (typeof operand !== 'string') return { text: element, isExact: true };
      return { text: way === 'wider' ? anyOf([element, holds(isText(path))]) : element, isExact: false };
    }
    case 'range': {
      const kind = typeof (predicate.lower ?? predicate.upper)?.value;
      return inexact(holds((kind === 'number' ? isNumber : isText)(predicate.path)), way);
    }
  }
}

/** A range where everything must hold: of numbers it can be said. */
function rangeOf(range: Range): Condition {
  const bounds = [
    { bound: range.lower, operator: '>' },
    { bound: range.upper, operator: '<' },
  ].flatMap(({ bound, operator }) => (bound ? [{ ...bound, operator }] : []));
  // The language has no exponents below zero, and no text but of a number is a number to us.
  if (bounds.some(({ value }) => typeof value !== 'number' || !/^-?[\d.]+$/.test(String(value)))) {
    return conditionOf(range, 'wider');
  }
  const said = bounds.map(
    ({ operator, inclusive, value }) =>
      `.${numberField(range.path)} ${operator}${inclusive ? '=' : ''} ${value}`,
  );
  return { text: `(${said.join(' and ')})`, isExact: true };
}

function joined(
  parts: readonly Predicate[],
  operator: 'and' | 'or',
  empty: string,
  way: 'wider' | 'narrower',
): Condition {
  const said = parts.map((part) => conditionOf(part, way));
  const texts = said.map(({ text }) => text);
  return {
    text: texts.length === 0 ? empty : `(${texts.join(` ${operator} `)})`,
    isExact: said.every(({ isExact }) => isExact),
  };
}

function inexact(wider: string, way: 'wider' | 'narrower'): Condition {
  return { text: way === 'wider' ? wider : FALSE, isExact: false };
}

function anyOf(texts: readonly string[]): string {
  return texts.length === 0 ? FALSE : `(${texts.join(' or ')})`;
}

function holds(token: string): string {
  return `("${token}" in .t)`;
}

/** Every path by which a filter may find something: nested fields, and keys of the top that have dots. */
function pathsIn(metadata: JsonObject): Set<string> {
  const paths = new Set<string>();
  const collect = (object: JsonObject, prefix: string) => {
    for (const [key, value] of Object.entries(object)) {
      const path = `${prefix}${key}`;
      paths.add(path);
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
        collect(value as JsonObject, `${path}.`);
      }
    }
  };
  collect(metadata, '');
  return paths;
}

function exists(path: string): string {
  return tokenOf('exists', path);
}

function isText(path: string): string {
  return tokenOf('text', path);
}

function isNumber(path: string): string {
  return tokenOf('number', path);
}

function equals(path: string, value: JsonValue): string {
  return tokenOf('equals', path, canonicalText(value));
}

function has(path: string, element: JsonValue): string {
  return tokenOf('has', path, canonicalText(element));
}

function numberField(path: string): string {
  return `n${tokenOf('value', path)}`;
}

function tokenOf(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, TOKEN_LENGTH);
}
