import { InvalidArgumentError, Option } from 'commander';
import type { Example } from '../api/example.ts';
import type { Filter } from '../api/filter.ts';
import type { Part } from '../api/record.ts';
import { VecinoError } from '../base/errors.ts';
import { didYouMean } from '../base/near-miss.ts';
import type { OptionSpec, OptionSpecs } from '../base/options.ts';
import { findSyntaxFault } from './import/json-syntax.ts';

const PARTS = ['vector', 'vectors', 'document', 'metadata', 'expiresAt'] as const satisfies readonly Part[];

/**
 * Flags made from the specifications beside the API's types: the same sentences, ranges and defaults.
 * The opaque ones, whose text means something of its own, are written out by the command.
 */
export function flagsOf(specs: OptionSpecs): Option[] {
  return Object.entries(specs).flatMap(([key, spec]) => {
    const option = flagOf(key, spec);
    return option === undefined ? [] : [option];
  });
}

/** The options object of the API, from the flags that were given. */
export function optionsFrom<T extends object>(specs: OptionSpecs, flags: object): T {
  const given = new Map(Object.entries(flags));
  const options = Object.keys(specs).map((key) => [key, given.get(attributeOf(key))] as const);
  return Object.fromEntries(options.filter(([, value]) => value !== undefined)) as T;
}

function flagOf(key: string, spec: OptionSpec): Option | undefined {
  const name = flagName(key);
  switch (spec.kind) {
    case 'opaque':
      return undefined;
    case 'boolean':
      return new Option(`--${name}`, spec.about);
    case 'choice':
      return new Option(`--${name} <choice>`, `${spec.about}${defaultText(spec.default)}`).choices(
        spec.values,
      );
    default:
      return new Option(`--${name} <number>`, `${spec.about} ${rangeText(spec)}`).argParser(
        numberParser(spec),
      );
  }
}

function defaultText(value: string | undefined): string {
  return value === undefined ? '' : ` Default ${value}.`;
}

type NumberSpec = Extract<OptionSpec, { readonly kind: 'integer' | 'number' }>;

function rangeText({ kind, min, max, default: value }: NumberSpec): string {
  const range = Number.isSafeInteger(min)
    ? `${kind === 'integer' ? 'Integer' : 'Number'} from ${min} to ${max}`
    : '';
  const texts = [range, value === undefined ? '' : `default ${value}`].filter((text) => text !== '');
  return texts.length === 0 ? '' : `${texts.join(', ')}.`;
}

function numberParser(spec: NumberSpec): (text: string) => number {
  const { kind, min, max } = spec;
  return (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    const right = kind === 'integer' ? Number.isInteger(value) : Number.isFinite(value);
    if (right && value >= min && value <= max) return value;
    const range = Number.isSafeInteger(min) ? ` from ${min} to ${max}` : '';
    throw new InvalidArgumentError(`Expected ${kind === 'integer' ? 'an integer' : 'a number'}${range}.`);
  };
}

/** An integer flag that no specification of the API has. */
export function integerFlag(name: string, about: string, min: number, max: number, value?: number): Option {
  const spec: NumberSpec = {
    kind: 'integer',
    about,
    min,
    max,
    ...(value === undefined ? {} : { default: value }),
  };
  const option = new Option(`--${name} <number>`, `${about} ${rangeText(spec)}`);
  return option.argParser(numberParser(spec));
}

export function filterFlag(): Option {
  const about = 'Only records whose metadata match, such as \'{"year":{"$lt":2000}}\'.';
  return new Option('--filter <json>', about).argParser((text) => parseJson('--filter', text) as Filter);
}

export function vectorFlag(): Option {
  return new Option('--vector <json>', 'Look near this vector, such as [0.1,0.2].').argParser((text) => {
    const value = parseJson('--vector', text);
    if (Array.isArray(value)) return value;
    throw new InvalidArgumentError('Expected a JSON array of numbers.');
  });
}

/** A stored record as an example; each time the flag is given adds one. */
export function exampleFlag(name: 'like' | 'unlike', about: string): Option {
  return new Option(`--${name} <id>`, about).argParser<readonly Example[]>((id, before) => [
    ...(before ?? []),
    { id },
  ]);
}

export function includeFlag(): Option {
  const about = `Parts of each record, with commas between: ${PARTS.join(', ')}. Default document,metadata.`;
  return new Option('--include <parts>', about).argParser((text) => namesIn(text).map(partOf));
}

/** Names with commas between. */
export function namesIn(text: string): string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function partOf(name: string): Part {
  const part = PARTS.find((known) => known === name);
  if (part !== undefined) return part;
  throw new InvalidArgumentError(`Expected ${PARTS.join(', ')}${didYouMean(name, PARTS)}.`);
}

function parseJson(flag: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const fault = findSyntaxFault(text);
    const column = (fault?.offset ?? 0) + 1;
    throw new VecinoError(
      'OPTION_INVALID',
      `${flag} is not JSON: column ${column}: expected ${fault?.expected}`,
      {
        details: { option: flag, column, expected: fault?.expected },
      },
    );
  }
}

/** `efSearch` is the flag `--ef-search`, `M` is `--m`. */
function flagName(key: string): string {
  return key.replace(/(?<=[a-z])[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
}

/** The name under which commander keeps the flag of a key. */
function attributeOf(key: string): string {
  return flagName(key).replace(/-[a-z]/g, (part) => part.slice(1).toUpperCase());
}
