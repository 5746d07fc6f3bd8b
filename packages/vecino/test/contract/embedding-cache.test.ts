import { describe, expect, it } from 'vitest';
import { type EmbeddingFunction, type EmbedOptions, open, type Warning } from '../../src/index.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { openDatabase } from './collection-fixture.ts';

/** Makes of a text its length and a one; notes what it was asked. */
class Lengths implements EmbeddingFunction {
  readonly name: string;
  readonly dimension = 2;
  readonly tokensMax = 3;
  readonly asked: string[] = [];
  readonly variant: string;
  /** How many texts of a call get their vectors before it fails. */
  failsAfter = Number.POSITIVE_INFINITY;

  constructor(name = 'lengths', variant = '') {
    this.name = name;
    this.variant = variant;
  }

  async embed(texts: readonly string[], { onVectors, onTruncated }: EmbedOptions = {}) {
    this.asked.push(...texts);
    const vectors = texts.map((text) => [text.length, 1]);
    for (const [position, vector] of vectors.entries()) {
      if (position >= this.failsAfter) throw new Error('no connection');
      onVectors?.([{ position, vector }]);
    }
    const long = texts.filter((text) => text.length > 10);
    if (long.length > 0) onTruncated?.({ texts: long.length, tokens: 5 * long.length });
    return vectors;
  }
}

const documents = (...texts: readonly string[]) => texts.map((document) => ({ document }));

describe.each(['folder', ':memory:'] as const)('a text that comes again, %s', (place) => {
  it('is not embedded again: in one call, under another id, in another collection', async () => {
    const database = await openDatabase({ place });
    const embedding = new Lengths();
    const words = await database.collection('words', { embedding });
    await words.add(documents('tulip', 'rose', 'tulip'));
    expect(embedding.asked).toEqual(['tulip', 'rose']);
    await words.upsert([{ id: 'x', document: 'rose' }]);
    const others = await database.collection('others', { embedding: new Lengths(), metric: 'l2' });
    await others.add([{ id: 'y', document: 'tulip' }, ...documents('lily')]);
    expect(embedding.asked).toEqual(['tulip', 'rose']);
    expect((await others.get('y', ['vector']))?.vector).toEqual(Float32Array.of(5, 1));
    const { embedding: figures } = await words.stats();
    expect(figures).toMatchObject({ embedded: 2, recalled: 2, kept: 3, keptBytes: 3 * (8 + 96) });
    expect((await others.check()).problems).toEqual([]);
  });

  it('is embedded again by another model, or the same with other prefixes', async () => {
    const database = await openDatabase({ place });
    for (const [i, embedding] of [
      new Lengths(),
      new Lengths('other'),
      new Lengths('lengths', 'e5'),
    ].entries()) {
      const words = await database.collection(`words${i}`, { embedding });
      await words.add(documents('tulip'));
      expect(embedding.asked).toEqual(['tulip']);
    }
  });

  it('as a question is remembered while the collection is open, apart from documents, and not stored', async () => {
    const database = await openDatabase({ place });
    const embedding = new Lengths();
    const words = await database.collection('words', { embedding });
    await words.add(documents('tulip'));
    for (let i = 0; i < 3; i++) await words.search({ text: 'tulip' });
    expect(embedding.asked).toEqual(['tulip', 'tulip']);
    expect((await words.stats()).embedding).toMatchObject({ embedded: 2, recalled: 2, kept: 1 });
  });

  it('after a failure is not embedded again where its vector had come', async () => {
    const database = await openDatabase({ place });
    const embedding = new Lengths();
    const words = await database.collection('words', { embedding });
    embedding.failsAfter = 2;
    await expect(words.add(documents('a', 'bb', 'ccc', 'dddd'))).rejects.toMatchObject({
      code: 'EMBEDDING_FAILED',
    });
    embedding.failsAfter = Number.POSITIVE_INFINITY;
    embedding.asked.length = 0;
    await words.add(documents('a', 'bb', 'ccc', 'dddd'));
    expect(embedding.asked).toEqual(['ccc', 'dddd']);
    expect(await words.count()).toBe(4);
  });

  it('is embedded again where its vector was none', async () => {
    const database = await openDatabase({ place });
    const embedding = new Lengths();
    const broken: EmbeddingFunction = {
      ...{ name: 'lengths', dimension: 2, variant: '' },
      embed: async (texts) => texts.map(() => [Number.NaN, 1]),
    };
    const words = await database.collection('words', { embedding: broken });
    await expect(words.add(documents('tulip'))).rejects.toMatchObject({ code: 'VECTOR_NOT_FINITE' });
    await database.collection('words', { embedding });
    await words.add(documents('tulip'));
    expect(embedding.asked).toEqual(['tulip']);
  });

  it('is embedded each time where nothing is to be kept', async () => {
    const database = await openDatabase({ place }, undefined, { embeddingCacheBytesMax: 0 });
    const embedding = new Lengths();
    const words = await database.collection('words', { embedding });
    await words.add(documents('tulip', 'tulip'));
    await words.search({ text: 'tulip' });
    await words.search({ text: 'tulip' });
    expect(embedding.asked).toEqual(Array(4).fill('tulip'));
    expect((await words.stats()).embedding).toMatchObject({
      embedded: 4,
      recalled: 0,
      kept: 0,
      keptBytes: 0,
    });
  });
});

describe('kept vectors', () => {
  it('outlive the process, and a reader beside the writer knows them', async () => {
    const folder = temporaryFolder();
    await using writing = await open(folder);
    await (await writing.collection('words', { embedding: new Lengths() })).add(documents('tulip', 'rose'));
    await using reading = await open(folder, { readOnly: true });
    const seen = await (await reading.openCollection('words')).stats();
    expect(seen.embedding).toMatchObject({ embedded: 0, kept: 2 });
    await reading.close();
    await writing.close();
    await using again = await open(folder);
    const embedding = new Lengths();
    const words = await again.collection('words', { embedding });
    await words.add(documents('tulip', 'lily'));
    expect(embedding.asked).toEqual(['lily']);
  });

  it('go at opening where they may take less than before', async () => {
    const folder = temporaryFolder();
    const first = await open(folder);
    await (await first.collection('words', { embedding: new Lengths() })).add(documents('a', 'b', 'c'));
    await first.close();
    const kept = async (embeddingCacheBytesMax: number) => {
      await using database = await open(folder, { embeddingCacheBytesMax });
      return (await (await database.openCollection('words')).stats()).embedding.kept;
    };
    expect(await kept(300)).toBe(2);
    expect(await kept(0)).toBe(0);
  });
});

describe('texts that are too long', () => {
  it('are told of the first time, and whenever there are twice as many', async () => {
    const warnings: Warning[] = [];
    await using database = await open(':memory:', { onWarning: (warning) => warnings.push(warning) });
    const words = await database.collection('words', { embedding: new Lengths() });
    for (let i = 0; i < 8; i++) await words.add(documents(`a text that is too long ${i}`, `${i}`));
    expect(warnings.map(({ code }) => code)).toEqual(Array(4).fill('TEXTS_TRUNCATED'));
    expect(warnings[0]?.message).toBe(
      'collection "words": 1 text is longer than the 3 tokens that its model reads ("lengths"), and 5 tokens do not count in vectors; store shorter passages',
    );
    expect(warnings.at(-1)?.message).toContain('8 texts are longer');
    expect((await words.stats()).embedding).toMatchObject({ truncated: 8, truncatedTokens: 40 });
  });
});
