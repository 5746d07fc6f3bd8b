import type { CollectionDescription } from '../../api/collection.ts';
import type { CompleteIndexChoice, IndexOptions } from '../../api/index-options.ts';
import type { ReadCollectionOptions } from '../../engine/collection-options.ts';
import type { NewCollection, StoredVectors } from '../../storage/store.ts';
import { unsupported } from '../front/unsupported.ts';

/** As messages name the engine. */
export const ENGINE = 'Redis (vector sets)';

/** The defaults of VADD and VSIM. */
const M = 16;
const EF_CONSTRUCTION = 200;
const EF_SEARCH = 100;

/** How a field's vectors are indexed. A vector set is always a graph; `flat` compares with all of it. */
export interface IndexPlan {
  readonly family: 'hnsw' | 'flat';
  readonly M: number;
  readonly efConstruction: number;
  readonly efSearch: number;
}

export function planOf({ index }: Pick<StoredVectors, 'index'>): IndexPlan {
  const option = (name: string, usual: number) => {
    const value = index[name];
    return typeof value === 'number' ? value : usual;
  };
  return {
    family: index['family'] === 'flat' ? 'flat' : 'hnsw',
    M: option('M', M),
    efConstruction: option('efConstruction', EF_CONSTRUCTION),
    efSearch: option('efSearch', EF_SEARCH),
  };
}

/** What `describe` says of an index. */
export function servingOf(stored: StoredVectors): Pick<CollectionDescription, 'index' | 'serving'> {
  const { family, M, efConstruction, efSearch } = planOf(stored);
  const options: Required<IndexOptions> =
    family === 'flat'
      ? { family }
      : { family, M, efConstruction, efSearch, seed: 0, quantizer: 'none', originals: 'f32' };
  const asked = stored.index['family'];
  const index = asked === 'auto' ? (stored.index as unknown as CompleteIndexChoice) : options;
  const reason =
    asked === family
      ? `the family ${family} was asked for`
      : 'a vector set is a graph of HNSW, whatever the number of records; its recall is not measured here';
  return { index, serving: { options, reason } };
}

/** Options that mean something to a vector set, by family. */
const UNDERSTOOD: Readonly<Record<string, readonly string[]>> = {
  auto: ['family'],
  flat: ['family'],
  hnsw: ['family', 'M', 'efConstruction', 'efSearch', 'quantizer', 'originals'],
};

/** Refuses an index that Redis does not have, by the options that the caller has named. */
export function requireFit(thing: string, _: NewCollection, read: ReadCollectionOptions): void {
  if (!read.fields) requireIndexFits(thing, read.givenIndex);
  for (const { name, givenIndex } of read.fields ?? [])
    requireIndexFits(`${thing}, field "${name}"`, givenIndex);
}

function requireIndexFits(thing: string, given: Readonly<Record<string, unknown>>): void {
  const family = String(given['family'] ?? 'auto');
  const understood = UNDERSTOOD[family];
  if (!understood) {
    throw unsupported(thing, ENGINE, `the family ${family}`, 'choose hnsw or flat, or leave the index out');
  }
  const foreign = Object.keys(given).find(
    (option) => given[option] !== undefined && !understood.includes(option),
  );
  if (foreign !== undefined) {
    const others = understood.slice(1).join(', ') || 'none';
    throw unsupported(
      thing,
      ENGINE,
      `the option ${foreign} of the family ${family}`,
      `leave it out (it takes ${others})`,
    );
  }
  const { quantizer = 'none', originals = 'f32' } = given;
  if (quantizer !== 'none') {
    throw unsupported(
      thing,
      ENGINE,
      `the quantizer ${String(quantizer)}`,
      'leave it out: vectors are compared as they are',
    );
  }
  if (originals !== 'f32') {
    throw unsupported(
      thing,
      ENGINE,
      `originals: ${String(originals)}`,
      "leave it out: vectors are kept as 'f32'",
    );
  }
}
