import { VecinoError } from './errors.ts';
import { didYouMean } from './near-miss.ts';

interface OptionBase {
  /** One sentence for humans: shown by `--help`, by error messages and in the documentation. */
  readonly about: string;
}

export interface NumberOption extends OptionBase {
  readonly kind: 'integer' | 'number';
  readonly default?: number;
  readonly min: number;
  readonly max: number;
}

export interface BooleanOption extends OptionBase {
  readonly kind: 'boolean';
  readonly default?: boolean;
}

export interface ChoiceOption<T extends string = string> extends OptionBase {
  readonly kind: 'choice';
  readonly values: readonly T[];
  readonly default?: T;
}

/** A value whose own module validates it (a vector, a filter, a function). */
export interface OpaqueOption extends OptionBase {
  readonly kind: 'opaque';
}

export type OptionSpec = NumberOption | BooleanOption | ChoiceOption | OpaqueOption;
export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/**
 * Validates an options object against its specification: unknown keys are refused with the near miss,
 * numbers outside their range and wrong types are refused with expected and received value, defaults
 * are filled in for what is absent or undefined. Nothing is coerced, and null is a value like any other:
 * `{ filter: null }` is more likely a mistake upstream than the wish for no filter.
 *
 * @param thing what the options belong to, as the message's opening words: `search in collection "docs"`
 */
export function readOptions<T extends object>(thing: string, specs: OptionSpecs, input: T | undefined): T {
  const names = Object.keys(specs);
  const given = input === undefined ? {} : requireObject(thing, input, names);
  for (const key of Object.keys(given)) {
    if (Object.hasOwn(specs, key)) continue;
    throw new VecinoError(
      'OPTION_UNKNOWN',
      `${thing}: unknown option ${quoted(key)}${didYouMean(key, names)} (known: ${names.join(', ')})`,
      { details: { option: shortened(key), known: names } },
    );
  }
  const result: Record<string, unknown> = {};
  for (const [key, spec] of Object.entries(specs)) {
    const received = given[key];
    const value = received === undefined && 'default' in spec ? spec.default : received;
    if (value === undefined) continue;
    checkOption(thing, key, spec, value);
    result[key] = value;
  }
  return result as T;
}

function checkOption(thing: string, key: string, spec: OptionSpec, value: unknown): void {
  switch (spec.kind) {
    case 'opaque':
      return;
    case 'boolean':
      if (typeof value !== 'boolean') throw invalid(thing, key, 'true or false', value);
      return;
    case 'choice':
      if (typeof value !== 'string') throw invalid(thing, key, spec.values.join(', '), value);
      if (!spec.values.includes(value)) {
        throw new VecinoError(
          'OPTION_INVALID',
          `${thing}: option "${key}" is ${quoted(value)}, expected one of ${spec.values.join(', ')}${didYouMean(value, spec.values)}`,
          { details: { option: key, expected: spec.values, received: shortened(value) } },
        );
      }
      return;
    case 'integer':
    case 'number': {
      const wanted = `${spec.kind === 'integer' ? 'an integer' : 'a number'} from ${spec.min} to ${spec.max}`;
      if (typeof value !== 'number') throw invalid(thing, key, wanted, value);
      const inRange = value >= spec.min && value <= spec.max;
      if (!inRange || (spec.kind === 'integer' && !Number.isInteger(value))) {
        throw new VecinoError(
          'OPTION_OUT_OF_RANGE',
          `${thing}: option "${key}" is ${value}, expected ${wanted}`,
          {
            details: { option: key, min: spec.min, max: spec.max, received: value },
          },
        );
      }
    }
  }
}

function requireObject(
  thing: string,
  input: unknown,
  names: readonly string[],
): Readonly<Record<string, unknown>> {
  if (typeof input === 'object' && input !== null && !Array.isArray(input) && !ArrayBuffer.isView(input)) {
    return input as Readonly<Record<string, unknown>>;
  }
  const received = describeValue(input);
  throw new VecinoError(
    'OPTION_INVALID',
    `${thing}: options are ${received}, expected an object of ${names.join(', ')}`,
    { details: { expected: 'an object', received } },
  );
}

function invalid(thing: string, key: string, expected: string, value: unknown): VecinoError {
  const received = describeValue(value);
  return new VecinoError('OPTION_INVALID', `${thing}: option "${key}" is ${received}, expected ${expected}`, {
    details: { option: key, expected, received },
  });
}

/** A value's type in words, never its content: safe for messages. */
export function describeValue(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return `an array of ${value.length}`;
  switch (typeof value) {
    case 'undefined':
      return 'undefined';
    case 'string':
      return value === '' ? 'an empty string' : 'a string';
    case 'object':
      return ArrayBuffer.isView(value) ? `a ${classOf(value)}` : `an object (${classOf(value)})`;
    case 'number':
    case 'boolean':
    case 'bigint':
      return `the ${typeof value} ${value}`;
    default:
      return `a ${typeof value}`;
  }
}

/** By its prototype: an object's own key `constructor` is content. */
function classOf(value: object): string {
  const prototype = Object.getPrototypeOf(value) as { readonly constructor?: unknown } | null;
  const made = prototype?.constructor;
  return typeof made === 'function' && made.name !== '' ? made.name : 'no prototype';
}

/** Longest name that a message repeats: what is longer is hardly a name, but perhaps a text. */
const SHOWN_MAX = 100;

/** A name that the caller gave, in quotes: cut where it is long, and without characters that a terminal obeys. */
export function quoted(name: string): string {
  return JSON.stringify(shortened(name));
}

function shortened(name: string): string {
  return name.length <= SHOWN_MAX ? name : `${name.slice(0, SHOWN_MAX)}…`;
}
