import type { CollectionDescription } from '../../api/collection.ts';
import type { IndexOptions } from '../../api/index-options.ts';
import type { ReadCollectionOptions } from '../../engine/collection-options.ts';
import type { NewCollection, StoredVectors } from '../../storage/store.ts';
import {
  askedIndexes,
  describeIndex,
  type GivenIndex,
  type GraphOptions,
  graphOptionsOf,
  requireUnderstood,
  type Understood,
} from '../front/index-fit.ts';
import { unsupported } from '../front/unsupported.ts';
import type { Query, VectorConfig } from './client.ts';

/** As messages name the engine. */
export const ENGINE = 'Qdrant';

/** Qdrant's own defaults: its documentation, "Indexing". It searches with the effort of building. */
const USUAL = { M: 16, efConstruction: 100, efSearch: 100 } as const;

/** How many times as many candidates are compared by their vectors as are wanted, where walks compare codes. */
const OVERSAMPLING = 2;

/** How a field's vectors are kept and searched. */
export interface IndexPlan extends GraphOptions {
  readonly family: 'flat' | 'hnsw';
  readonly quantizer: 'none' | 'sq8';
  readonly originals: 'f32' | 'f16' | 'disk';
}

export function planOf(stored: Pick<StoredVectors, 'index'>): IndexPlan {
  const { index } = stored;
  const asked = index['family'];
  if (asked !== 'hnsw') {
    return { family: asked === 'flat' ? 'flat' : 'hnsw', ...USUAL, quantizer: 'none', originals: 'f32' };
  }
  const { originals, quantizer } = index;
  return {
    family: 'hnsw',
    ...graphOptionsOf(stored, USUAL),
    quantizer: quantizer === 'sq8' ? 'sq8' : 'none',
    originals: originals === 'f16' || originals === 'disk' ? originals : 'f32',
  };
}

/** What `describe` says of an index. */
export function servingOf(stored: StoredVectors): Pick<CollectionDescription, 'index' | 'serving'> {
  const { family, ...others } = planOf(stored);
  const options: Required<IndexOptions> = family === 'flat' ? { family } : { family, ...others, seed: 0 };
  const reason =
    stored.index['family'] === family
      ? `the family ${family} was asked for`
      : "Qdrant's HNSW serves, beside comparing with all where that is quicker; its recall is not measured here";
  return describeIndex(stored, options, reason);
}

/** Options that mean something to Qdrant, by family. */
const UNDERSTOOD: Understood = {
  auto: ['family'],
  flat: ['family'],
  hnsw: ['family', 'M', 'efConstruction', 'efSearch', 'quantizer', 'originals'],
};

/** Refuses an index that Qdrant does not have, by the options that the caller has named. */
export function requireFit(collection: string, _: NewCollection, read: ReadCollectionOptions): void {
  for (const { thing, given, metric } of askedIndexes(collection, read)) {
    requireVectorsFit(thing, given, metric);
  }
}

function requireVectorsFit(thing: string, given: GivenIndex, metric: string | undefined): void {
  requireUnderstood(thing, ENGINE, given, UNDERSTOOD, () => 'choose hnsw or flat, or leave the index out');
  // The vectors that Qdrant has are of length one then, so that rounding them would say something else than rounding
  // those that were given.
  if (given['originals'] === 'f16' && (metric ?? 'cosine') === 'cosine') {
    throw unsupported(
      thing,
      ENGINE,
      'originals: f16 under the metric cosine',
      "choose the metric dot and vectors of length one, or quantizer: 'sq8'",
    );
  }
}

/** What Qdrant is told of a field when its collection is created. */
export function vectorConfigOf(stored: Pick<StoredVectors, 'dimension' | 'metric' | 'index'>): VectorConfig {
  const { family, M, efConstruction, quantizer, originals } = planOf(stored);
  return {
    size: stored.dimension,
    // Cosines are dot products of vectors of length one, which are made here: what Qdrant's own cosine keeps of a
    // vector is not what it was given.
    distance: stored.metric === 'l2' ? 'Euclid' : 'Dot',
    on_disk: originals === 'disk',
    datatype: originals === 'f16' ? 'float16' : 'float32',
    // No links, no graph: Qdrant then compares with all.
    hnsw_config: { m: family === 'flat' ? 0 : M, ef_construct: efConstruction },
    ...(quantizer === 'sq8' && { quantization_config: { scalar: { type: 'int8', always_ram: true } } }),
  };
}

/** How a search is to go about it. */
export function searchParamsOf(plan: IndexPlan, exact: boolean, effort: number | undefined): Query['params'] {
  if (exact || plan.family === 'flat') return { exact: true };
  return {
    exact: false,
    hnsw_ef: effort ?? plan.efSearch,
    ...(plan.quantizer === 'sq8' && { quantization: { rescore: true, oversampling: OVERSAMPLING } }),
  };
}

/** The score that Qdrant's stands for: larger is nearer. */
export function scoreOf(metric: string, score: number): number {
  return metric === 'l2' ? -score : score;
}
