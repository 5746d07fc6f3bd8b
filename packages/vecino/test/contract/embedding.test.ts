import { describe, expect, it } from 'vitest';
import type { EmbeddingFunction } from '../../src/api/embedding.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { openDatabase } from './collection-fixture.ts';

const DIMENSION = 26;

/** Counts letters; notes what it was asked. */
class Letters implements EmbeddingFunction {
  readonly name: string = 'letters';
  readonly dimension: number = DIMENSION;
  readonly calls: { readonly texts: readonly string[]; readonly kind: string | undefined }[] = [];

  async embed(texts: readonly string[], options?: { kind?: 'query' | 'document' }) {
    this.calls.push({ texts, kind: options?.kind });
    return texts.map(lettersOf);
  }
}

function lettersOf(text: string): number[] {
  const counts = Array.from({ length: DIMENSION }, () => 0);
  for (const letter of text.toLowerCase()) {
    const position = letter.charCodeAt(0) - 97;
    if (position >= 0 && position < DIMENSION) counts[position] = (counts[position] ?? 0) + 1;
  }
  return counts;
}

describe.each(['folder', ':memory:'] as const)('a collection with an embedding, %s', (place) => {
  async function openLetters() {
    const database = await openDatabase({ place });
    const embedding = new Letters();
    return { database, embedding, words: await database.collection('words', { embedding }) };
  }

  it('makes the vectors of all documents of a batch in one call, and those of queries', async () => {
    const { words, embedding } = await openLetters();
    await words.add([
      { id: 'a', document: 'banana' },
      { id: 'b', document: 'pepper', vector: lettersOf('own vector') },
      { id: 'c', document: 'kiwi' },
    ]);
    expect(embedding.calls).toEqual([{ texts: ['banana', 'kiwi'], kind: 'document' }]);
    expect((await words.get('a', ['vector']))?.vector).toEqual(Float32Array.from(lettersOf('banana')));
    expect((await words.get('b', ['vector']))?.vector).toEqual(Float32Array.from(lettersOf('own vector')));
    const hits = await words.search({ text: 'bananas', k: 1, explain: true });
    expect(hits[0]).toMatchObject({ id: 'a', document: 'banana' });
    expect(embedding.calls.at(-1)).toEqual({ texts: ['bananas'], kind: 'query' });
    expect(words.dimension).toBe(DIMENSION);
    expect((await words.describe()).embedding).toEqual({ name: 'letters', dimension: DIMENSION });
  });

  it('makes a vector anew where only the document changes', async () => {
    const { words, embedding } = await openLetters();
    await words.add([
      { id: 'a', document: 'banana' },
      { id: 'b', document: 'kiwi' },
    ]);
    await words.update([
      { id: 'a', document: 'pepper' },
      { id: 'b', document: null, metadata: { ripe: true } },
    ]);
    expect(embedding.calls.at(-1)).toEqual({ texts: ['pepper'], kind: 'document' });
    const [a, b] = await words.get(['a', 'b'], ['vector', 'document', 'metadata']);
    expect(a).toMatchObject({ document: 'pepper', vector: Float32Array.from(lettersOf('pepper')) });
    expect(b).toMatchObject({ vector: Float32Array.from(lettersOf('kiwi')), metadata: { ripe: true } });
    expect(b).not.toHaveProperty('document');
    await words.update([{ id: 'a', document: 'kiwi', vector: lettersOf('own vector') }]);
    await words.update([{ id: 'a', metadata: { ripe: false } }]);
    expect(embedding.calls).toHaveLength(2);
    expect((await words.get('a', ['vector']))?.vector).toEqual(Float32Array.from(lettersOf('own vector')));
    expect((await words.search({ text: 'kiwi', k: 1 }))[0]?.id).toBe('b');
  });

  it('upserts by document', async () => {
    const { words, embedding } = await openLetters();
    await words.upsert([{ id: 'a', document: 'banana' }]);
    await words.upsert([
      { id: 'a', document: 'banana', metadata: { ripe: true } },
      { id: 'b', document: 'kiwi' },
    ]);
    expect(embedding.calls).toHaveLength(2);
    expect(await words.count()).toBe(2);
    expect((await words.get('a'))?.metadata).toEqual({ ripe: true });
  });

  it('goes on reading and taking vectors where it is opened without its embedding', async () => {
    const folder = place === 'folder' ? temporaryFolder() : place;
    const database = await openDatabase({ place }, folder);
    const words = await database.collection('words', { embedding: new Letters() });
    await words.add([{ id: 'a', document: 'banana' }]);
    if (place === ':memory:') return;
    await database.close();
    const again = await (await openDatabase({ place }, folder)).collection('words');
    expect(await again.search({ vector: lettersOf('banana') })).toHaveLength(1);
    expect(await again.search({ id: 'a' })).toEqual([]);
    await again.add([{ id: 'b', vector: lettersOf('kiwi'), document: 'kiwi' }]);
    await expect(again.search({ text: 'banana' })).rejects.toMatchObject({ code: 'EMBEDDING_MISSING' });
    await expect(again.add([{ document: 'pear' }])).rejects.toMatchObject({ code: 'EMBEDDING_MISSING' });
    await expect(again.update([{ id: 'a', document: 'pear' }])).rejects.toMatchObject({
      code: 'EMBEDDING_MISSING',
    });
    expect(await again.get('a')).toMatchObject({ document: 'banana' });
    expect(await again.count()).toBe(2);
  });
});
