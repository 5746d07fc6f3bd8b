import { Option } from 'commander';
import { INDEX_OPTIONS, type IndexChoice } from '../api/index-options.ts';
import type { NumberOption, OptionSpec, OptionSpecs } from '../base/options.ts';
import { flagsOf, optionsFrom } from './flags.ts';

const FAMILIES = Object.keys(INDEX_OPTIONS);

/** The options of all families, for which one flag each serves; whose they are is checked by the database. */
const SPECS: OptionSpecs = Object.values(INDEX_OPTIONS).reduce<OptionSpecs>(together, {});

/** A flag for the family, under the name that the command gives it, and one for each option of an index. */
export function indexFlags(name: string, about: string): Option[] {
  return [new Option(`--${name} <family>`, about).choices(FAMILIES), ...flagsOf(SPECS)];
}

/** The index that the flags ask for; undefined where there is none of them. */
export function indexFrom(family: string | undefined, flags: object): IndexChoice | undefined {
  const options = optionsFrom<object>(SPECS, flags);
  const isBare = Object.keys(options).length === 0;
  if (isBare) return family as IndexChoice | undefined;
  return { family: family ?? familyOf(options), ...options } as IndexChoice;
}

/** The first family that has all of these options: `--m 32` alone means the graph. */
function familyOf(options: object): string {
  const names = Object.keys(options);
  const owner = Object.entries(INDEX_OPTIONS).find(([, specs]) => names.every((name) => name in specs));
  // None has: the database says of the first that was meant what is wrong.
  return owner?.[0] ?? 'hnsw';
}

/** Where families share a name, the flag takes what any of them takes, and names no default. */
function together(all: OptionSpecs, specs: OptionSpecs): OptionSpecs {
  const merged = Object.entries(specs).map(([name, spec]) => [name, both(all[name], spec)] as const);
  return { ...all, ...Object.fromEntries(merged) };
}

function both(known: OptionSpec | undefined, spec: OptionSpec): OptionSpec {
  if (known?.kind === 'choice' && spec.kind === 'choice') {
    return { kind: 'choice', about: known.about, values: [...new Set([...known.values, ...spec.values])] };
  }
  return isNumber(known) && isNumber(spec) ? wider(known, spec) : spec;
}

function isNumber(spec: OptionSpec | undefined): spec is NumberOption {
  return spec?.kind === 'integer' || spec?.kind === 'number';
}

function wider(one: NumberOption, other: NumberOption): NumberOption {
  return {
    kind: one.kind,
    about: one.about,
    min: Math.min(one.min, other.min),
    max: Math.max(one.max, other.max),
  };
}
