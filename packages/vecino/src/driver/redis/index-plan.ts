import type { CollectionDescription } from '../../api/collection.ts';
import type { IndexOptions } from '../../api/index-options.ts';
import type { ReadCollectionOptions } from '../../engine/collection-options.ts';
import type { NewCollection, StoredVectors } from '../../storage/store.ts';
import {
  askedIndexes,
  describeIndex,
  type GraphOptions,
  graphOptionsOf,
  requireOnly,
  requireUnderstood,
  type Understood,
} from '../front/index-fit.ts';

/** As messages name the engine. */
export const ENGINE = 'Redis (vector sets)';

/** The defaults of VADD and VSIM. */
const USUAL = { M: 16, efConstruction: 200, efSearch: 100 } as const;

/** How a field's vectors are indexed. A vector set is always a graph; `flat` compares with all of it. */
export interface IndexPlan extends GraphOptions {
  readonly family: 'hnsw' | 'flat';
}

export function planOf(stored: Pick<StoredVectors, 'index'>): IndexPlan {
  const family = stored.index['family'] === 'flat' ? 'flat' : 'hnsw';
  return { family, ...graphOptionsOf(stored, USUAL) };
}

/** What `describe` says of an index. */
export function servingOf(stored: StoredVectors): Pick<CollectionDescription, 'index' | 'serving'> {
  const { family, ...graph } = planOf(stored);
  const options: Required<IndexOptions> =
    family === 'flat' ? { family } : { family, ...graph, seed: 0, quantizer: 'none', originals: 'f32' };
  const reason =
    stored.index['family'] === family
      ? `the family ${family} was asked for`
      : 'a vector set is a graph of HNSW, whatever the number of records; its recall is not measured here';
  return describeIndex(stored, options, reason);
}

/** Options that mean something to a vector set, by family. */
const UNDERSTOOD: Understood = {
  auto: ['family'],
  flat: ['family'],
  hnsw: ['family', 'M', 'efConstruction', 'efSearch', 'quantizer', 'originals'],
};

/** Refuses an index that Redis does not have, by the options that the caller has named. */
export function requireFit(collection: string, _: NewCollection, read: ReadCollectionOptions): void {
  for (const { thing, given } of askedIndexes(collection, read)) {
    requireUnderstood(thing, ENGINE, given, UNDERSTOOD, () => 'choose hnsw or flat, or leave the index out');
    requireOnly(thing, ENGINE, given, 'quantizer', 'none', 'leave it out: vectors are compared as they are');
    requireOnly(thing, ENGINE, given, 'originals', 'f32', "leave it out: vectors are kept as 'f32'");
  }
}
