import { readFileSync } from 'node:fs';

export const DIMENSION = 100;

export interface WordVector {
  readonly id: string;
  readonly vector: Float32Array;
  readonly metadata: { readonly rank: number };
}

/** 20,000 English words with their GloVe vectors, the most frequent first; see `convert.ts`. */
export function readWordVectors(): WordVector[] {
  const words = readFileSync(new URL('words.txt', import.meta.url), 'utf8')
    .trimEnd()
    .split('\n');
  const file = readFileSync(new URL('vectors.i8', import.meta.url));
  const numbers = new Int8Array(file.buffer, file.byteOffset, file.byteLength);
  return words.map((id, rank) => ({
    id,
    vector: Float32Array.from(numbers.subarray(rank * DIMENSION, (rank + 1) * DIMENSION)),
    metadata: { rank: rank + 1 },
  }));
}
