import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EmbeddingFunction } from '../../src/api/embedding.ts';
import type { EmbedImagesOptions, ImageEmbedding, ImageInput } from '../../src/api/image.ts';
import { openDatabase } from './collection-fixture.ts';

/** Says how much of each of the first letters is in a file; the letter X is no picture. */
class Shades implements ImageEmbedding {
  readonly name: string = 'shades';
  readonly dimension: number = 4;
  readonly calls: (readonly ImageInput[])[] = [];

  async embedImages(images: readonly ImageInput[], { onVectors }: EmbedImagesOptions = {}) {
    this.calls.push(images);
    const vectors: number[][] = [];
    for (const [position, image] of images.entries()) {
      const bytes = image instanceof Uint8Array ? image : await readFile(image);
      if (bytes.includes(88)) throw new Error(`X is in picture ${position}`);
      const vector = [65, 66, 67, 68].map((letter) => bytes.filter((byte) => byte === letter).length);
      onVectors?.([{ position, vector }]);
      vectors.push(vector);
    }
    return vectors;
  }
}

/** Puts texts among the pictures. */
class Captions extends Shades implements EmbeddingFunction {
  override readonly name: string = 'captions';
  readonly texts: string[] = [];

  async embed(texts: readonly string[]) {
    this.texts.push(...texts);
    return super.embedImages(texts.map((text) => Buffer.from(text)));
  }
}

const picture = (letters: string) => Buffer.from(letters);

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vecino-images-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(letters: string): string {
  const path = join(folder, `${letters}.png`);
  writeFileSync(path, letters);
  return path;
}

describe.each(['folder', ':memory:'] as const)('a collection of pictures, %s', (place) => {
  async function openShades(embedding = new Shades()) {
    const database = await openDatabase({ place });
    return { database, embedding, photos: await database.collection('photos', { embedding }) };
  }

  it('makes vectors of paths, URLs and bytes, and keeps where they lie', async () => {
    const { photos, embedding } = await openShades();
    const [first, second] = [file('AAB'), file('CCD')];
    await photos.add([
      { id: 'path', image: first, metadata: { year: 2026 } },
      { id: 'url', image: pathToFileURL(second) },
      { id: 'bytes', image: picture('BBB') },
      { id: 'own', image: file('DDD'), metadata: { source: 'a camera' }, document: 'a caption' },
    ]);
    expect(embedding.calls).toHaveLength(1);
    const [path, url, bytes, own] = await photos.get(['path', 'url', 'bytes', 'own']);
    expect(path).toMatchObject({ metadata: { year: 2026, source: first } });
    expect(url).toMatchObject({ metadata: { source: second } });
    expect(bytes?.metadata).toEqual({});
    expect(own).toMatchObject({ metadata: { source: 'a camera' }, document: 'a caption' });
    expect((await photos.get('path', ['vector']))?.vector).toEqual(Float32Array.of(2, 1, 0, 0));
    expect((await photos.describe()).embedding).toEqual({ name: 'shades', dimension: 4 });
  });

  it('finds pictures near a picture, alone, in pages, and among examples', async () => {
    const { photos } = await openShades();
    await photos.add(
      ['AAAB', 'BBBA', 'CCCD', 'DDDC'].map((letters) => ({ id: letters, image: picture(letters) })),
    );
    const ids = (hits: readonly { id: string }[]) => hits.map(({ id }) => id);
    expect(ids(await photos.search({ image: picture('AA'), k: 2 }))).toEqual(['AAAB', 'BBBA']);
    expect(ids(await photos.search({ image: file('DD'), k: 1 }))).toEqual(['DDDC']);
    const one = await photos.search({ image: picture('CC'), k: 1, page: true });
    const two = await photos.search({ image: picture('CC'), k: 1, page: one.next as string });
    expect([...ids(one), ...ids(two)]).toEqual(['CCCD', 'DDDC']);
    const like = [{ image: picture('A') }, { vector: [0, 0, 1, 0] }];
    const unlike = [{ image: picture('B') }];
    expect(ids(await photos.search({ like, unlike, k: 2 }))).toEqual(['CCCD', 'AAAB']);
    await expect(
      photos.search({ image: picture('DD'), k: 1, page: one.next as string }),
    ).rejects.toMatchObject({ code: 'PAGE_INVALID' });
  });

  it('changes vector and source with the picture, and neither without it', async () => {
    const { photos } = await openShades();
    await photos.add([{ id: 'a', image: file('AAA'), metadata: { year: 2026 } }]);
    await photos.update([{ id: 'a', image: file('BBB') }]);
    const updated = await photos.get('a', ['vector', 'metadata']);
    expect(updated).toMatchObject({ metadata: { year: 2026, source: join(folder, 'BBB.png') } });
    expect(updated?.vector).toEqual(Float32Array.of(0, 3, 0, 0));
    await photos.update([{ id: 'a', metadata: { year: 2027 } }]);
    expect((await photos.get('a'))?.metadata).toMatchObject({ source: join(folder, 'BBB.png') });
    await photos.update([{ id: 'a', image: picture('CC') }]);
    expect((await photos.get('a'))?.metadata).toEqual({ year: 2027 });
    await photos.upsert([{ id: 'a', vector: [1, 2, 3, 4], image: file('DDD') }]);
    expect(await photos.get('a', ['vector', 'metadata'])).toMatchObject({
      vector: Float32Array.of(1, 2, 3, 4),
      metadata: { source: join(folder, 'DDD.png') },
    });
  });

  it('embeds a picture that comes again, under any name, only once', async () => {
    const { photos, embedding } = await openShades();
    await photos.add([
      { id: 'a', image: file('AB') },
      { id: 'b', image: picture('AB') },
    ]);
    await photos.upsert([{ id: 'c', image: picture('AB') }]);
    expect(embedding.calls.flat()).toHaveLength(1);
    expect((await photos.stats()).embedding).toMatchObject({ embedded: 1, recalled: 2 });
  });

  it('writes nothing where one picture is none, and keeps the vectors of those before it', async () => {
    const { photos, embedding } = await openShades();
    const records = ['A', 'BB', 'X', 'D'].map((letters) => ({ id: letters, image: picture(letters) }));
    await expect(photos.add(records)).rejects.toMatchObject({
      code: 'EMBEDDING_FAILED',
      message: expect.stringContaining('"shades" failed for 4 pictures: X is in picture 2'),
    });
    expect(await photos.count()).toBe(0);
    await photos.add(records.filter(({ id }) => id !== 'X'));
    expect(embedding.calls.at(-1)).toEqual([picture('D')]);
    expect(await photos.count()).toBe(3);
  });

  it('says what a model of pictures cannot do, and a model of texts', async () => {
    const { database, photos } = await openShades();
    await expect(photos.add([{ document: 'a cat' }])).rejects.toMatchObject({
      code: 'EMBEDDING_MISSING',
      message: expect.stringMatching(
        /a document without a vector needs an embedding of texts, which "shades" is/,
      ),
    });
    await expect(photos.add([{ id: 'a' }])).rejects.toMatchObject({
      code: 'VECTOR_INVALID',
      message: expect.stringContaining('has neither vector nor image; give an image'),
    });
    await expect(photos.search({ text: 'a cat' })).rejects.toMatchObject({
      code: 'EMBEDDING_MISSING',
      message: expect.stringContaining(
        'searching by text needs an embedding of texts, which "shades" is not',
      ),
    });
    const words = await database.collection('words', {
      embedding: { name: 'words', dimension: 2, embed: async (texts) => texts.map(() => [1, 2]) },
    });
    for (const refused of [words.add([{ image: picture('A') }]), words.search({ image: picture('A') })]) {
      await expect(refused).rejects.toMatchObject({
        code: 'EMBEDDING_MISSING',
        message: expect.stringContaining('needs an embedding of pictures, which "words" is not'),
      });
    }
    const given = await database.collection('given', { dimension: 2 });
    await expect(given.add([{ image: picture('A') }])).rejects.toMatchObject({ code: 'EMBEDDING_MISSING' });
  });

  it('takes texts too where the model puts them among the pictures, and the picture where a record has both', async () => {
    const { photos, embedding } = await openShades(new Captions());
    await photos.add([
      { id: 'picture', image: picture('AA'), document: 'BB' },
      { id: 'caption', document: 'CC' },
    ]);
    expect((embedding as Captions).texts).toEqual(['CC']);
    expect((await photos.search({ text: 'A', k: 1 }))[0]).toMatchObject({ id: 'picture', document: 'BB' });
    expect((await photos.search({ image: picture('C'), k: 1 }))[0]?.id).toBe('caption');
  });

  it('gives the picture to the fields that take pictures, and texts to the others', async () => {
    const database = await openDatabase({ place });
    const title: EmbeddingFunction = {
      ...{ name: 'titles', dimension: 2 },
      embed: async (texts) => texts.map((text) => [text.length, 1]),
    };
    const vectors = { title: { embedding: title }, image: { embedding: new Shades() } };
    const photos = await database.collection('photos', { vectors });
    await photos.add([
      { id: 'both', document: 'a title', image: picture('AB') },
      { id: 'image', image: picture('CD') },
      { id: 'title', document: 'another' },
    ]);
    expect((await photos.get('both', ['vectors']))?.vectors).toEqual({
      title: Float32Array.of(7, 1),
      image: Float32Array.of(1, 1, 0, 0),
    });
    expect((await photos.describe()).vectors).toMatchObject({
      title: { records: 2, text: 'document' },
      image: { records: 2, text: null },
    });
    expect((await photos.search({ field: 'image', image: picture('D'), k: 1 }))[0]?.id).toBe('image');
    await photos.update([{ id: 'title', image: picture('DDD') }]);
    expect((await photos.search({ field: 'image', image: picture('D'), k: 1 }))[0]?.id).toBe('title');
    await expect(photos.search({ field: 'title', image: picture('D') })).rejects.toMatchObject({
      code: 'EMBEDDING_MISSING',
      message: expect.stringContaining(
        'field "title": searching by a picture needs an embedding of pictures',
      ),
    });
  });
});
