import { describe, expect, it, onTestFinished } from 'vitest';
import { open } from '../../src/index.ts';
import { letters, type Refusal, refusalOf, SECRET, type Shelf } from './refusal.ts';

const FIELDS = {
  title: { embedding: letters, text: 'title' },
  body: { dimension: 2, metric: 'l2', index: 'hnsw' },
};

type Create = (name: string, options?: unknown) => Promise<Shelf>;

async function creating(): Promise<Create> {
  const db = await open(':memory:');
  onTestFinished(() => db.close());
  return db.collection.bind(db) as unknown as Create;
}

/** A collection with named vectors that holds two records, of which one has no body. */
async function talks(create?: Create): Promise<Shelf> {
  const shelf = await (create ?? (await creating()))('talks', { vectors: FIELDS });
  await shelf.add([
    { id: 'a', metadata: { title: SECRET }, vectors: { body: [1, 2] } },
    { id: 'b', metadata: { title: 'second' } },
  ]);
  return shelf;
}

type Case = readonly [what: string, given: unknown, code: Refusal['code'], says: string];

const CREATIONS: readonly Case[] = [
  ['a list', { vectors: ['title'] }, 'OPTION_INVALID', 'vectors is an array of 1, expected options by name'],
  ['no name at all', { vectors: {} }, 'OPTION_INVALID', 'vectors is an object without names'],
  [
    'too many names',
    { vectors: Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`f${i}`, { dimension: 2 }])) },
    'OPTION_OUT_OF_RANGE',
    'vectors has 17 names, expected at most 16',
  ],
  ['a name with a dot', { vectors: { 'a.b': { dimension: 2 } } }, 'NAME_INVALID', 'has the name "a.b"'],
  ['an empty name', { vectors: { '': { dimension: 2 } } }, 'NAME_INVALID', 'has the name ""'],
  ['a name that is taken', { vectors: { fullText: { dimension: 2 } } }, 'NAME_INVALID', 'neither of vector'],
  ['a name alone', { vectors: { title: null } }, 'OPTION_INVALID', 'collection "talks", field "title"'],
  ['no dimension', { vectors: { title: {} } }, 'OPTION_INVALID', 'field "title": does not exist yet'],
  ['an unknown option', { vectors: { t: { dimensoin: 2 } } }, 'OPTION_UNKNOWN', 'did you mean "dimension"'],
  [
    'a text without an embedding',
    { vectors: { t: { dimension: 2, text: 'x' } } },
    'OPTION_INVALID',
    'no embed',
  ],
  [
    'a text that is no path',
    { vectors: { t: { embedding: letters, text: 'a..b' } } },
    'OPTION_INVALID',
    'a..b',
  ],
  ['another dimension', { vectors: { t: { embedding: letters, dimension: 9 } } }, 'COLLECTION_MISMATCH', '9'],
  [
    'options of the one vector beside',
    { dimension: 2, metric: 'l2', vectors: FIELDS },
    'OPTION_INVALID',
    'received vectors and dimension, metric, expected one of them',
  ],
];

describe('creating named vectors refuses', () => {
  it.each(CREATIONS)('%s', async (_, options, code, says) => {
    const create = await creating();
    await refusalOf(() => create('talks', options), { code, says: [says] });
    await expect(create('talks')).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  });
});

const OPENINGS: readonly Case[] = [
  [
    'a vector that is not there',
    { vectors: { titel: { dimension: 3 } } },
    'COLLECTION_MISMATCH',
    'did you mean "title"',
  ],
  [
    'another metric',
    { vectors: { body: { metric: 'dot' } } },
    'COLLECTION_MISMATCH',
    'exists with metric l2',
  ],
  [
    'another index',
    { vectors: { body: { index: 'flat' } } },
    'COLLECTION_MISMATCH',
    'exists with index family',
  ],
  ['another text', { vectors: { title: { text: 'name' } } }, 'COLLECTION_MISMATCH', 'exists with text title'],
  [
    'another model',
    { vectors: { title: { embedding: { ...letters, name: 'other' } } } },
    'EMBEDDING_MISMATCH',
    'field "title", was embedded with "letters"',
  ],
  [
    'one vector without a name',
    { dimension: 3 },
    'COLLECTION_MISMATCH',
    'names (title, body), received dimension',
  ],
  ['its index', { index: 'flat' }, 'COLLECTION_MISMATCH', 'received index'],
];

describe('opening named vectors refuses', () => {
  it.each(OPENINGS)('%s', async (_, options, code, says) => {
    const create = await creating();
    await talks(create);
    await refusalOf(() => create('talks', options), { code, says: [says] });
    expect(await (await create('talks', { vectors: { title: {} } })).count()).toBe(2);
  });

  it('names where the vector has none', async () => {
    const create = await creating();
    await create('books', { dimension: 3 });
    await refusalOf(() => create('books', { vectors: { title: { dimension: 3 } } }), {
      code: 'COLLECTION_MISMATCH',
      says: ['exists with one vector a record, without a name'],
    });
  });
});

const RECORDS: readonly Case[] = [
  ['a vector without a name', { vector: [1, 2, 3] }, 'VECTOR_INVALID', 'have names (title, body)'],
  ['a name that is not there', { vectors: { bodi: [1, 2] } }, 'FIELD_UNKNOWN', 'did you mean "body"'],
  ['a wrong dimension', { vectors: { body: [1, 2, 3] } }, 'DIMENSION_MISMATCH', 'field "body": vector has 3'],
  ['no vector', { vectors: { body: null } }, 'VECTOR_INVALID', 'has no vector, expected at least one of'],
  ['a list of vectors', { vectors: [[1, 2]] }, 'VECTOR_INVALID', 'expected an object of vectors by name'],
  ['a single vector as vectors', { vectors: new Float32Array(2) }, 'VECTOR_INVALID', 'expected an object'],
  ['a text that is none', { metadata: { title: 7 } }, 'VECTOR_INVALID', 'field "title": metadata "title"'],
  [
    'zeros under cosine',
    { vectors: { title: [0, 0, 0] } },
    'VECTOR_ZERO',
    'field "title": vector is all zeros',
  ],
];

describe('writing named vectors refuses', () => {
  it.each(RECORDS)('%s', async (_, record, code, says) => {
    const shelf = await talks();
    const sound = { id: 's', vectors: { body: [1, 1] } };
    const refusal = { code, says: ['record "x"', says] };
    await refusalOf(() => shelf.add([sound, { id: 'x', ...(record as object) }]), refusal);
    await refusalOf(() => shelf.upsert([sound, { id: 'x', ...(record as object) }]), refusal);
    expect(await shelf.count()).toBe(2);
  });

  it('names where the vector has none', async () => {
    const books = await (await creating())('books', { dimension: 3 });
    await refusalOf(() => books.add([{ id: 'x', vectors: { title: [1, 2, 3] } }]), {
      code: 'VECTOR_INVALID',
      says: ['record "x": received vectors', 'one vector a record, without a name'],
    });
  });

  it('taking the last vector of a record', async () => {
    const shelf = await talks();
    await refusalOf(() => shelf.update([{ id: 'b', vectors: { title: null } }]), {
      code: 'VECTOR_INVALID',
      says: ['update collection "talks": record "b"', 'remove the record instead'],
    });
    await refusalOf(() => shelf.update([{ id: 'a', vectors: { titel: null } }]), {
      code: 'FIELD_UNKNOWN',
      says: ['did you mean "title"'],
    });
    expect(await shelf.search({ text: 'second', field: 'title' })).toHaveLength(2);
  });
});

const SEARCHES: readonly Case[] = [
  ['no field', { text: 'x' }, 'FIELD_REQUIRED', 'name one of title, body as field'],
  ['a field that is not there', { text: 'x', field: 'titles' }, 'FIELD_UNKNOWN', 'did you mean "title"'],
  ['a field twice', { text: 'x', field: ['title', 'title'] }, 'OPTION_INVALID', '"title" twice'],
  ['no field of a list', { text: 'x', field: [] }, 'OPTION_INVALID', 'field is an empty array'],
  ['a number as field', { text: 'x', field: 1 }, 'OPTION_INVALID', 'field is the number 1'],
  ['a vector of another field', { vector: [1, 2], field: 'title' }, 'DIMENSION_MISMATCH', 'field "title"'],
  ['a text without an embedding', { text: 'x', field: 'body' }, 'EMBEDDING_MISSING', 'field "body"'],
  ['a record that lacks it', { id: 'b', field: 'body' }, 'FIELD_MISSING', 'record "b" has no vector "body"'],
  ['an example that lacks it', { like: [{ id: 'b' }], field: 'body' }, 'FIELD_MISSING', '"b" has no vector'],
  [
    'an effort of another index',
    { vector: [1, 2], field: 'body', nprobe: 3 },
    'QUERY_INVALID',
    'serves the field',
  ],
  ['a fusion of one', { text: 'x', field: 'title', fusion: {} }, 'QUERY_INVALID', 'or another field'],
  [
    'a weight of none of them',
    { id: 'a', field: ['title', 'body'], fusion: { weights: { vector: 1 } } },
    'OPTION_UNKNOWN',
    'unknown option "vector" (known: title, body)',
  ],
  [
    'weights of nothing',
    { id: 'a', field: ['title', 'body'], fusion: { weights: { title: 0, body: 0 } } },
    'QUERY_INVALID',
    'both weights are 0',
  ],
  ['one vector as a part', { text: 'x', field: 'title', include: ['vector'] }, 'OPTION_INVALID', 'vectors'],
];

describe('searching named vectors refuses', () => {
  it.each(SEARCHES)('%s', async (_, query, code, says) => {
    const shelf = await talks();
    await refusalOf(() => shelf.search(query), { code, says: [says] });
  });

  it('a field where the vector has no name', async () => {
    const books = await (await creating())('books', { dimension: 3, fullText: true });
    await refusalOf(() => books.search({ vector: [1, 2, 3], field: 'title' }), {
      code: 'FIELD_UNKNOWN',
      says: ['one vector a record, without a name; leave the field out'],
    });
    await refusalOf(() => books.search({ fullText: 'x', field: 'title' }), {
      code: 'QUERY_INVALID',
      says: ['only words to look for, which belong to no field'],
    });
  });

  it.each([
    ['duplicates', { minScore: 0.9 }],
    ['anomalies', {}],
    ['clusters', { k: 1 }],
    ['anomaly', { id: 'a' }],
  ] as const)('%s of no field, or of one that is not there', async (method, query) => {
    const shelf = await talks();
    await refusalOf(() => shelf[method](query), { code: 'FIELD_REQUIRED', says: ['title, body'] });
    await refusalOf(() => shelf[method]({ ...query, field: 'boby' }), {
      code: 'FIELD_UNKNOWN',
      says: ['did you mean "body"'],
    });
  });
});
