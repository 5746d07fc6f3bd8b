/**
 * What FAISS's inverted lists are made of, in the words of its `index_factory`.
 *
 * For each data set of the bench at its full size these are the best of a sweep (`npm run bench:recipes`, which
 * prints what each reaches): FAISS is to be met at its best, not at what a table for other data says. Any other
 * size gets lists by the square root of its rows and a code for every two dimensions.
 */
import type { DatasetName } from '../datasets/dataset.ts';
import type { DatasetFacts } from '../datasets/prepared.ts';

/** The names of FAISS's engines with inverted lists. */
export type FaissListsName = 'faiss-ivfpq' | 'faiss-ivfflat';

interface Best {
  /** Rows that the sweep was over. */
  readonly size: number;
  readonly nlist: number;
  /** Sub-quantizers of 4 bits each; `r` after it stands for codes of residuals. */
  readonly codes: string;
}

const BEST: Readonly<Record<DatasetName, Best>> = {
  'fashion-mnist': { size: 60_000, nlist: 128, codes: 'PQ392x4fs' },
  glosses: { size: 60_000, nlist: 64, codes: 'PQ96x4fs' },
  glove: { size: 339_479, nlist: 512, codes: 'PQ50x4fs' },
  synthetic: { size: 1_000_000, nlist: 1_024, codes: 'PQ64x4fs' },
};

/** Rows for each list below which FAISS itself calls the training poor. */
const ROWS_A_LIST = 39;

export function faissRecipe(
  engine: FaissListsName,
  { name, size, dimension }: Pick<DatasetFacts, 'name' | 'size' | 'dimension'>,
): string {
  const swept = Object.entries(BEST).find(([known]) => known === name)?.[1];
  const best = swept?.size === size ? swept : undefined;
  const nlist = best?.nlist ?? Math.max(1, Math.floor(Math.min(Math.sqrt(size), size / ROWS_A_LIST)));
  if (engine === 'faiss-ivfflat') return `IVF${nlist},Flat`;
  const codes = best?.codes ?? `PQ${dimension % 2 === 0 ? dimension / 2 : dimension}x4fs`;
  return `IVF${nlist},${codes},RFlat`;
}
