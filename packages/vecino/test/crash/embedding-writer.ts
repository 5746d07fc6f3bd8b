/** Embeds texts in one call and dies within it, as soon as the store has kept some of their vectors. */
import type { EmbeddingFunction } from '../../src/index.ts';
import { open } from '../../src/index.ts';

const DIMENSION = 1_024;
const TEXTS = 600;

const [folder = ''] = process.argv.slice(2);
const database = await open(folder);
const embedding: EmbeddingFunction = {
  name: 'slow',
  dimension: DIMENSION,
  async embed(texts, { onVectors } = {}) {
    for (const position of texts.keys()) {
      onVectors?.([{ position, vector: new Float32Array(DIMENSION).fill(position + 1) }]);
      const { kept } = (await words.stats()).embedding;
      if (kept > 0) process.kill(process.pid, 'SIGKILL');
    }
    throw new Error('nothing was kept');
  },
};
const words = await database.collection('words', { embedding });
await words.add(Array.from({ length: TEXTS }, (_, i) => ({ id: `${i}`, document: `text ${i}` })));
