/** The families of indexes as the scenarios make and ask them: by the names and options that users write. */
import { type IndexOptions, open, type SearchQuery, VecinoError } from 'vecino';
import { EF_SEARCH, type Knob, NPROBE, OVERSAMPLE, PROBES } from '../knob.ts';
import { graphOf } from './collections.ts';
import type { Conditions } from './scenario.ts';

export interface FamilyFacts {
  readonly family: string;
  /** What is turned for recall; absent for families that answer exactly. */
  readonly knob?: Knob;
  /** What `explain` calls an answer by the index itself. */
  readonly way: string;
}

/** In the order of the reports. */
export const FAMILIES = [
  { family: 'flat', way: 'exact' },
  { family: 'hnsw', knob: EF_SEARCH, way: 'graph' },
  { family: 'ivf', knob: NPROBE, way: 'lists' },
  { family: 'pq', knob: OVERSAMPLE, way: 'codes' },
  { family: 'lsh', knob: PROBES, way: 'buckets' },
] as const satisfies readonly FamilyFacts[];

export type FamilyName = (typeof FAMILIES)[number]['family'];

export function factsOf(name: FamilyName): FamilyFacts {
  const facts = FAMILIES.find(({ family }) => family === name);
  if (!facts) throw new Error(`there is no family ${name}`);
  return facts;
}

/** The options of an index of the family; a graph is as the conditions say. */
export function indexOf(family: string, conditions: Conditions): IndexOptions {
  if (family === 'hnsw') return graphOf(conditions);
  return { family: family as IndexOptions['family'] } as IndexOptions;
}

/** Options of a search that tries as hard as this. */
export function effortOf({ knob }: FamilyFacts, effort: number): Partial<SearchQuery> {
  return knob ? { [knob.name]: effort } : {};
}

/** Why this version of Vecino does not offer the index, in its own words; undefined where it does. */
export async function absenceOf(index: IndexOptions): Promise<string | undefined> {
  await using db = await open(':memory:');
  try {
    await db.createCollection('offered', { dimension: 16, metric: 'l2', index });
    return undefined;
  } catch (error) {
    if (error instanceof VecinoError) return error.message;
    throw error;
  }
}
