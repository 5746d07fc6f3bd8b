import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ImageEmbedding } from '../../src/api/image.ts';
import { LIMITS } from '../../src/api/limits.ts';
import { requireImage } from '../../src/embedding/image-input.ts';
import { type BadInput, expectRefusal, sharedDatabase, shelfOf, WRITES } from './refusal.ts';

const EXPECTED = 'expected the path of a file, its file: URL, or its bytes as a Uint8Array';

const NO_IMAGES: readonly BadInput[] = (
  [
    ['a number', 5, 'image is the number 5'],
    ['null', null, 'image is null'],
    ['an object', { path: 'cat.png' }, 'image is an object (Object)'],
    ['an array of bytes', [1, 2, 3], 'image is an array of 3'],
    ['floats', new Float32Array(4), 'image is a Float32Array'],
    ['a bare buffer', new ArrayBuffer(4), 'image is an object (ArrayBuffer)'],
    ['an empty path', '', 'image is an empty string'],
    ['a path with a zero in it', 'cat\0.png', 'image is a string'],
    ['an address', 'https://example.org/cat.png', 'an address that begins with "https:" as a string'],
    ['bytes as an address', 'data:image/png;base64,AAAA', 'an address that begins with "data:"'],
    ['an address as a URL', new URL('http://example.org/cat.png'), 'a URL that begins with "http:"'],
  ] as const
).map(([what, given, problem]) => ({ what, given, code: 'IMAGE_INVALID', says: [problem, EXPECTED] }));

const EMPTY: BadInput = {
  what: 'no bytes',
  given: new Uint8Array(),
  code: 'IMAGE_INVALID',
  says: ['the picture of 0 given bytes is no picture; give the bytes of its file'],
  details: { fault: 'empty' },
};

const database = sharedDatabase();

describe.each(WRITES)('$operation refuses', ({ one, thing }) => {
  it.each([...NO_IMAGES, EMPTY])('$what for a picture', async ({ given, says, ...refusal }) => {
    const books = await shelfOf(database());
    const call = () => one(books, { image: given });
    await expectRefusal(database(), call, { ...refusal, says: [thing, ...says] });
  });
});

describe('search refuses', () => {
  it.each([...NO_IMAGES, EMPTY])('$what for a picture', async ({ given, ...refusal }) => {
    const books = await shelfOf(database());
    await expectRefusal(database(), () => books.search({ image: given }), refusal);
    const examples = { like: [{ image: given }] };
    await expectRefusal(database(), () => books.search(examples), refusal);
  });

  it('a picture beside another target, and beside another kind of example', async () => {
    const books = await shelfOf(database());
    await expectRefusal(database(), () => books.search({ image: 'cat.png', id: 'a' }), {
      code: 'QUERY_INVALID',
      says: ['expected exactly one of vector, text, image, id and examples', 'received image and id'],
    });
    await expectRefusal(database(), () => books.search({ like: [{ image: 'cat.png', id: 'a' }] }), {
      code: 'QUERY_INVALID',
      says: ['expected exactly one of id, text, image and vector, received id and image'],
    });
  });

  it('a picture where the collection has no model of pictures', async () => {
    for (const name of ['books', 'notes']) {
      const shelf = await shelfOf(database(), name);
      await expectRefusal(database(), () => shelf.search({ image: 'cat.png' }), {
        code: 'EMBEDDING_MISSING',
        says: [`collection "${name}"`, 'searching by a picture needs an embedding'],
      });
    }
  });
});

describe('files', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'vecino-images-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('that are missing, empty or folders are named, and nothing is written or given to the model', async () => {
    const unused: ImageEmbedding = {
      ...{ name: 'unused', dimension: 3 },
      embedImages: () => expect.fail('the model was asked'),
    };
    await database().createCollection('photos', { embedding: unused });
    const photos = await shelfOf(database(), 'photos');
    const empty = join(folder, 'empty.png');
    writeFileSync(empty, '');
    for (const [image, fault, says] of [
      [join(folder, 'none.png'), 'missing', 'is not there; paths are relative to the folder'],
      [join(empty, 'none.png'), 'missing', 'is not there'],
      [empty, 'empty', 'is an empty file'],
      [folder, 'unreadable', 'is a folder; give the files in it'],
    ] as const) {
      const refusal = { code: 'IMAGE_INVALID', says: [says], details: { image, fault } } as const;
      await expectRefusal(database(), () => photos.add([{ id: 'x', image }]), refusal);
      await expectRefusal(database(), () => photos.search({ image }), refusal);
    }
    await database().dropCollection('photos');
  });

  it('and bytes that are too large are refused', () => {
    const bytes = new Uint8Array(LIMITS.imageBytesMax + 1);
    expect(() => requireImage('add', bytes)).toThrow(/has 67108865 bytes or more, expected at most 67108864/);
  });
});

describe('an embedding of pictures', () => {
  it.each([
    ['no function', { embedImages: 5 }, 'embedImages is the number 5, expected a function'],
    ['neither texts nor pictures', {}, 'embed is undefined, expected a function'],
    ['no function of texts', { embed: 5, embedImages: async () => [] }, 'embed is the number 5'],
  ])('that is %s is refused', async (_, parts, problem) => {
    const embedding = { name: 'faulty', dimension: 3, ...parts };
    await expectRefusal(database(), () => database().createCollection('x', { embedding } as never), {
      code: 'OPTION_INVALID',
      says: [problem, 'see EmbeddingFunction and ImageEmbedding'],
    });
  });

  it.each([
    ['nothing', () => undefined, 'answered undefined'],
    ['too few vectors', () => [], 'answered 0 vectors'],
    ['a shorter vector', () => [[1, 2]], 'a vector of 2 dimensions for picture 0 of 1'],
    ['null', () => [null], 'answered null for picture 0 of 1'],
  ])('that answers %s is told so', async (_, answer, problem) => {
    const embedding = { name: 'faulty', dimension: 3, embedImages: async () => answer() } as never;
    await database().createCollection('faulty', { embedding });
    const shelf = await shelfOf(database(), 'faulty');
    await expectRefusal(database(), () => shelf.add([{ image: Buffer.from('x') }]), {
      code: 'EMBEDDING_FAILED',
      says: ['embedding "faulty"', problem, 'check its implementation'],
    });
    await database().dropCollection('faulty');
  });
});
