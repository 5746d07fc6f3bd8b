import type { CollectionDescription } from '../../api/collection.ts';
import type { IndexOptions } from '../../api/index-options.ts';
import type { ReadCollectionOptions } from '../../engine/collection-options.ts';
import type { NewCollection, StoredVectors } from '../../storage/store.ts';
import {
  describeIndex,
  graphOptionsOf,
  requireOnly,
  requireUnderstood,
  type Understood,
} from '../front/index-fit.ts';

/** As messages name the engine. */
export const ENGINE = 'Chroma';

const SPACES: Readonly<Record<string, string>> = { cosine: 'cosine', dot: 'ip', l2: 'l2' };

/** Chroma's own, of a server that keeps its records itself. */
const USUAL = { M: 16, efConstruction: 100, efSearch: 100 } as const;

/** Options that mean something to Chroma, by family. */
const UNDERSTOOD: Understood = {
  auto: ['family'],
  hnsw: ['family', 'M', 'efConstruction', 'efSearch', 'originals', 'quantizer'],
};

/** What Chroma is told of an index. */
export function configurationOf(
  stored: Pick<StoredVectors, 'index' | 'metric'>,
): Readonly<Record<string, unknown>> {
  const { M, efConstruction, efSearch } = graphOptionsOf(stored, USUAL);
  const space = SPACES[stored.metric];
  return { hnsw: { space, max_neighbors: M, ef_construction: efConstruction, ef_search: efSearch } };
}

/** What `describe` says of an index. What Chroma has no such thing of stands at what comes closest. */
export function servingOf(stored: StoredVectors): Pick<CollectionDescription, 'index' | 'serving'> {
  const options: Required<IndexOptions> = {
    family: 'hnsw',
    ...graphOptionsOf(stored, USUAL),
    seed: 0,
    quantizer: 'none',
    originals: 'f32',
  };
  const reason =
    stored.index['family'] === 'auto'
      ? "Chroma's HNSW serves whatever the number of records; its recall is not measured here"
      : 'the family hnsw was asked for';
  return describeIndex(stored, options, reason);
}

/** Refuses an index that Chroma does not have, by the options that the caller has named. */
export function requireFit(
  thing: string,
  _: NewCollection,
  { givenIndex: given }: ReadCollectionOptions,
): void {
  requireUnderstood(thing, ENGINE, given, UNDERSTOOD, (family) =>
    family === 'flat'
      ? 'search with exact: true, which compares with all'
      : 'choose hnsw, or leave the index out',
  );
  requireOnly(thing, ENGINE, given, 'quantizer', 'none', 'leave it out');
  requireOnly(thing, ENGINE, given, 'originals', 'f32', 'leave it out, for f32');
}

/** The score that a distance of Chroma stands for: larger is nearer. Its distances of `l2` are squared. */
export function scoreOfDistance(metric: string, distance: number): number {
  return metric === 'l2' ? 0 - Math.sqrt(Math.max(0, distance)) : 1 - distance;
}

/** The score of two vectors, in doubles. */
export function scoreOf(metric: string, a: Float32Array, b: Float32Array): number {
  let [product, lengthA, lengthB, squared] = [0, 0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] ?? 0, b[i] ?? 0];
    product += x * y;
    lengthA += x * x;
    lengthB += y * y;
    squared += (x - y) ** 2;
  }
  if (metric === 'l2') return 0 - Math.sqrt(squared);
  return metric === 'dot' ? product : product / Math.sqrt(lengthA * lengthB);
}
