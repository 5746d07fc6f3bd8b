import type { IndexFamily, IndexOptions } from '../api/index-options.ts';
import type { Metric } from '../api/search.ts';
import { readOptions } from '../base/options.ts';
import type { Family } from './family.ts';
import { flat } from './flat/family.ts';
import { hnsw } from './hnsw/family.ts';

/** The one place that knows which families there are. */
const FAMILIES: Readonly<Record<IndexFamily, Family>> = {
  flat: flat as Family,
  hnsw: hnsw as Family,
};

const FAMILY_NAMES = Object.keys(FAMILIES) as IndexFamily[];

export function familyOf(name: IndexFamily): Family {
  return FAMILIES[name];
}

/** Validates the options of an index and fills in the defaults of its family. */
export function completeIndexOptions(
  thing: string,
  given: IndexFamily | IndexOptions | undefined,
  metric: Metric,
): Required<IndexOptions> {
  const options = typeof given === 'string' || given === undefined ? { family: given ?? 'hnsw' } : given;
  const name = readOptions<{ family: IndexFamily }>(
    thing,
    { family: { kind: 'choice', values: FAMILY_NAMES, about: 'Family of the index.' } },
    { family: options.family },
  ).family;
  const { family: _, ...rest } = options;
  const completed = readOptions(`${thing}: index "${name}"`, familyOf(name).options, {
    ...familyOf(name).defaults?.(metric),
    ...rest,
  });
  return { family: name, ...completed } as Required<IndexOptions>;
}
