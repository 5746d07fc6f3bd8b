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
 * are filled in. Nothing is coerced.
 *
 * @param thing what the options belong to, as the message's opening words: `search in collection "docs"`
 */
export function readOptions<T extends object>(thing: string, specs: OptionSpecs, input: T | undefined): T {
  const given = requireObject(thing, input ?? {});
  for (const key of Object.keys(given)) {
    if (Object.hasOwn(specs, key)) continue;
    const names = Object.keys(specs);
    throw new VecinoError(
      'OPTION_UNKNOWN',
      `${thing}: unknown option "${key}"${didYouMean(key, names)} (known: ${names.join(', ')})`,
      { details: { option: key, known: names } },
    );
  }
  const result: Record<string, unknown> = {};
  for (const [key, spec] of Object.entries(specs)) {
    const value = given[key] ?? ('default' in spec ? spec.default : undefined);
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
          `${thing}: option "${key}" is "${value}", expected one of ${spec.values.join(', ')}${didYouMean(value, spec.values)}`,
          { details: { option: key, expected: spec.values, received: value } },
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

function requireObject(thing: string, input: unknown): Readonly<Record<string, unknown>> {
  if (typeof input === 'object' && input !== null && !Array.isArray(input)) {
    return input as Readonly<Record<string, unknown>>;
  }
  throw new VecinoError(
    'OPTION_INVALID',
    `${thing}: options are ${describeValue(input)}, expected an object`,
    {
      details: { received: describeValue(input) },
    },
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
  if (ArrayBuffer.isView(value)) return `a ${value.constructor.name}`;
  switch (typeof value) {
    case 'undefined':
      return 'undefined';
    case 'string':
      return 'a string';
    case 'object':
      return `an object (${(value as object).constructor?.name ?? 'no prototype'})`;
    case 'number':
    case 'boolean':
    case 'bigint':
      return `the ${typeof value} ${value}`;
    default:
      return `a ${typeof value}`;
  }
}
