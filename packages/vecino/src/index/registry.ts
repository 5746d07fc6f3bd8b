import type { IndexFamily, IndexOptions } from '../api/index-options.ts';
import type { Metric } from '../api/search.ts';
import { VecinoError } from '../base/errors.ts';
import { describeValue, type OptionSpecs, readOptions } from '../base/options.ts';
import type { Family } from './family.ts';
import { flat } from './flat/family.ts';
import { hnsw } from './hnsw/family.ts';
import { ivf } from './ivf/family.ts';
import { lsh } from './lsh/family.ts';
import { pq } from './pq/family.ts';

/** The one place that knows which families there are. */
const FAMILIES: Readonly<Record<IndexFamily, Family>> = {
  flat: flat as Family,
  hnsw: hnsw as Family,
  ivf: ivf as Family,
  pq: pq as Family,
  lsh: lsh as Family,
};

export const FAMILY_NAMES = Object.keys(FAMILIES) as IndexFamily[];

export function familyOf(name: IndexFamily): Family {
  return FAMILIES[name];
}

/** What callers may write: families, and the choice that is settled before anything comes here. */
const CHOICES = ['auto', ...FAMILY_NAMES] as const;

const FAMILY_OPTION = {
  family: { kind: 'choice', values: CHOICES, about: 'Family of the index.' },
} as const satisfies OptionSpecs;

/** Validates the options of an index and fills in the defaults of its family. */
export function completeIndexOptions(
  thing: string,
  given: unknown,
  metric: Metric,
  dimension?: number,
): Required<IndexOptions> {
  const { family, ...rest } = optionsOf(thing, given);
  const name = readFamily(`${thing}: index`, family);
  const named = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  const completed = readOptions<object>(`${thing}: index "${name}"`, familyOf(name).options, {
    ...familyOf(name).defaults?.(metric),
    ...named,
  });
  familyOf(name).validate?.(`${thing}: index "${name}"`, completed as Required<IndexOptions>, dimension);
  return { family: name, ...completed } as Required<IndexOptions>;
}

function readFamily(thing: string, family: unknown): IndexFamily {
  const read = readOptions<{ family?: IndexFamily }>(thing, FAMILY_OPTION, { family: family as IndexFamily });
  if (read.family !== undefined) return read.family;
  throw new VecinoError(
    'OPTION_INVALID',
    `${thing}: option "family" is undefined, expected ${CHOICES.join(' or ')}; name the family that the other options belong to`,
    { details: { option: 'family', expected: CHOICES, received: 'undefined' } },
  );
}

function optionsOf(thing: string, given: unknown): Readonly<Record<string, unknown>> {
  if (given === undefined) return { family: 'hnsw' };
  if (typeof given === 'string') return { family: given };
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) return { ...given };
  const received = describeValue(given);
  throw new VecinoError(
    'OPTION_INVALID',
    `${thing}: option "index" is ${received}, expected ${CHOICES.join(' or ')}, or an object with one of them as its family`,
    { details: { option: 'index', expected: CHOICES, received } },
  );
}
