import { expect, it } from 'vitest';
import { openaiCompatible } from '../../src/embedding.ts';
import { open } from '../../src/index.ts';
import { type Behaviour, DIMENSION, json, right, serve } from './misbehaving-server.ts';

it('What was embedded before a provider failed is not asked for again.', async () => {
  const quota: Behaviour = (response) => json(response, 429, { error: 'quota' }, { 'retry-after': '86400' });
  const server = await serve(right, right, quota);
  const embedding = openaiCompatible({
    ...{ url: server.url, model: 'unheard-of', dimension: DIMENSION },
    ...{ textsMax: 2, concurrency: 1 },
  });
  await using db = await open(':memory:');
  const notes = await db.collection('notes', { embedding });
  const records = ['a', 'b', 'c', 'd', 'e', 'f'].map((document) => ({ id: document, document }));
  await expect(notes.add(records)).rejects.toMatchObject({
    code: 'EMBEDDING_FAILED',
    message: expect.stringContaining('asks to wait for 86400 s'),
  });
  expect(await notes.count()).toBe(0);
  await notes.add(records);
  expect(server.seen.map(({ texts }) => texts.join(''))).toEqual(['ab', 'cd', 'ef', 'ef']);
  expect(await notes.count()).toBe(6);
});
