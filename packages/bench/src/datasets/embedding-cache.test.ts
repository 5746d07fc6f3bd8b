import { mkdtempSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EmbeddingFunction } from 'vecino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { embedWithCache } from './embedding-cache.ts';

const texts = Array.from({ length: 600 }, (_, i) => `text ${i}`);

/** The vector of "text 7" is 7, 8; it counts the texts that it has embedded. */
function countingEmbedding(): { embedding: EmbeddingFunction; embedded: () => number } {
  let count = 0;
  const embedding: EmbeddingFunction = {
    name: 'counting',
    dimension: 2,
    embed: async (batch) => {
      count += batch.length;
      return batch.map((text) => {
        const i = Number(text.split(' ')[1]);
        return [i, i + 1];
      });
    },
  };
  return { embedding, embedded: () => count };
}

describe('embedWithCache', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'vecino-bench-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('embeds everything once, and nothing the second time', async () => {
    const path = join(folder, 'vectors.f32');
    const { embedding, embedded } = countingEmbedding();
    const first = await embedWithCache(path, embedding, texts, () => {});
    const second = await embedWithCache(path, embedding, texts, () => {});
    expect([...first.subarray(1198)]).toEqual([599, 600]);
    expect(second).toEqual(first);
    expect(embedded()).toBe(600);
  });

  it('goes on where it stopped, in the middle of a row too', async () => {
    const path = join(folder, 'vectors.f32');
    const whole = await embedWithCache(path, countingEmbedding().embedding, texts, () => {});
    truncateSync(path, 100 * 8 + 3);
    const { embedding, embedded } = countingEmbedding();
    expect(await embedWithCache(path, embedding, texts, () => {})).toEqual(whole);
    expect(embedded()).toBe(500);
    expect(statSync(path).size).toBe(600 * 8);
  });

  it('serves a shorter list from a longer one', async () => {
    const path = join(folder, 'vectors.f32');
    await embedWithCache(path, countingEmbedding().embedding, texts, () => {});
    const { embedding, embedded } = countingEmbedding();
    const few = await embedWithCache(path, embedding, texts.slice(0, 3), () => {});
    expect([...few]).toEqual([0, 1, 1, 2, 2, 3]);
    expect(embedded()).toBe(0);
  });
});
