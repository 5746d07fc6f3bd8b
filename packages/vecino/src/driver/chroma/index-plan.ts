import type { CollectionDescription } from '../../api/collection.ts';
import type { CompleteIndexChoice, IndexOptions } from '../../api/index-options.ts';
import type { ReadCollectionOptions } from '../../engine/collection-options.ts';
import type { NewCollection, StoredVectors } from '../../storage/store.ts';
import { unsupported } from '../front/unsupported.ts';

/** As messages name the engine. */
export const ENGINE = 'Chroma';

const SPACES: Readonly<Record<string, string>> = { cosine: 'cosine', dot: 'ip', l2: 'l2' };

/** Chroma's own, of a server that keeps its records itself. */
const USUAL = { M: 16, efConstruction: 100, efSearch: 100 } as const;

/** Options that mean something to Chroma, by family. */
const UNDERSTOOD: Readonly<Record<string, readonly string[]>> = {
  auto: ['family'],
  hnsw: ['family', 'M', 'efConstruction', 'efSearch', 'originals', 'quantizer'],
};

/** The graph's parameters. */
function planOf({ index }: Pick<StoredVectors, 'index'>): {
  M: number;
  efConstruction: number;
  efSearch: number;
} {
  const option = (name: keyof typeof USUAL) => {
    const value = index[name];
    return typeof value === 'number' ? value : USUAL[name];
  };
  return { M: option('M'), efConstruction: option('efConstruction'), efSearch: option('efSearch') };
}

/** What Chroma is told of an index. */
export function configurationOf(
  stored: Pick<StoredVectors, 'index' | 'metric'>,
): Readonly<Record<string, unknown>> {
  const { M, efConstruction, efSearch } = planOf(stored);
  const space = SPACES[stored.metric];
  return { hnsw: { space, max_neighbors: M, ef_construction: efConstruction, ef_search: efSearch } };
}

/** What `describe` says of an index. What Chroma has no such thing of stands at what comes closest. */
export function servingOf(stored: StoredVectors): Pick<CollectionDescription, 'index' | 'serving'> {
  const options: Required<IndexOptions> = {
    family: 'hnsw',
    ...planOf(stored),
    seed: 0,
    quantizer: 'none',
    originals: 'f32',
  };
  const isAuto = stored.index['family'] === 'auto';
  const index: CompleteIndexChoice = isAuto ? (stored.index as unknown as CompleteIndexChoice) : options;
  const reason = isAuto
    ? "Chroma's HNSW serves whatever the number of records; its recall is not measured here"
    : 'the family hnsw was asked for';
  return { index, serving: { options, reason } };
}

/** Refuses an index that Chroma does not have, by the options that the caller has named. */
export function requireFit(
  thing: string,
  _: NewCollection,
  { givenIndex: given }: ReadCollectionOptions,
): void {
  const family = String(given['family'] ?? 'auto');
  const understood = UNDERSTOOD[family];
  if (!understood) {
    const alternative =
      family === 'flat'
        ? 'search with exact: true, which compares with all'
        : 'choose hnsw, or leave the index out';
    throw unsupported(thing, ENGINE, `the family ${family}`, alternative);
  }
  const foreign = Object.keys(given).find(
    (option) => given[option] !== undefined && !understood.includes(option),
  );
  if (foreign !== undefined) {
    const takes = understood.slice(1).join(', ') || 'none';
    throw unsupported(
      thing,
      ENGINE,
      `the option ${foreign} of the family ${family}`,
      `leave it out (it takes ${takes})`,
    );
  }
  if (given['quantizer'] !== undefined && given['quantizer'] !== 'none') {
    throw unsupported(thing, ENGINE, `the quantizer ${String(given['quantizer'])}`, 'leave it out');
  }
  if (given['originals'] !== undefined && given['originals'] !== 'f32') {
    throw unsupported(thing, ENGINE, `originals: ${String(given['originals'])}`, 'leave it out, for f32');
  }
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
