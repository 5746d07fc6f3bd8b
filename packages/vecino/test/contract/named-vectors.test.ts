import { describe, expect, it } from 'vitest';
import type { Database } from '../../src/api/database.ts';
import type { EmbeddingFunction } from '../../src/api/embedding.ts';
import { seededRandom } from '../../src/base/random.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { openDatabase, type Shelf } from './collection-fixture.ts';
import { FIELDS, type Field, NAMES, QUESTIONS, Twins, vectorFor, type Written } from './named-twins.ts';
import { Reader } from './reader.ts';

/** Records of which each lacks some of the vectors, but not all; no two vectors are the same, so that nothing ties. */
function records(from: number, count: number, seed: number): Written[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, i) => {
    const ordinal = from + i;
    const own = NAMES.filter((_, at) => at === ordinal % NAMES.length || random() < 0.6);
    const vectors = Object.fromEntries(own.map((name) => [name, seed * 300 + i]));
    return { id: `r${ordinal}`, vectors, ordinal };
  });
}

/** Writes of every kind, in which slots are given up and used again. */
async function write(twins: Twins): Promise<void> {
  await twins.upsert(records(0, 300, 1));
  await twins.upsert(records(250, 60, 2));
  await twins.remove(Array.from({ length: 40 }, (_, i) => `r${i * 3}`));
  await twins.upsert(records(400, 50, 3));
  await twins.update([
    { id: 'r401', vectors: { title: 1_205, body: null, image: 1_217 } },
    { id: 'r402', vectors: { title: 1_206, body: 1_206, image: 1_206 }, ordinal: 11 },
    { id: 'r403', vectors: { image: 1_244 } },
    { id: 'r404', vectors: {}, ordinal: 19 },
  ]);
}

async function compare(twins: Twins): Promise<void> {
  const sizes = new Map<Field, number>();
  for (const vectors of twins.has.values()) {
    for (const name of vectors.keys()) sizes.set(name, (sizes.get(name) ?? 0) + 1);
  }
  for (const name of NAMES) {
    for (const [what, ask] of Object.entries(QUESTIONS)) {
      const received = await ask(twins.named, { field: name }, name);
      expect(received, `${what}, of ${name}`).toEqual(await ask(twins.twin(name), {}, name));
    }
    const all = await twins.named.search({ vector: vectorFor(name, 1), field: name, k: 10_000 });
    expect(all).toHaveLength(sizes.get(name) ?? 0);
  }
  expect((await twins.named.check()).problems).toEqual([]);
  expect(await twins.named.count()).toBe(twins.has.size);
}

async function opened(place: 'folder' | ':memory:', location?: string): Promise<Database> {
  return openDatabase({ place }, location);
}

describe.each(['folder', ':memory:'] as const)('named vectors, %s', (place) => {
  it('answer each as a collection of its own would', { timeout: 60_000 }, async () => {
    const twins = await Twins.open(await opened(place));
    await write(twins);
    await compare(twins);
    await twins.named.compact();
    await compare(twins);
  });
});

it('named vectors answer as before after opening anew, with snapshots and without', {
  timeout: 60_000,
}, async () => {
  const location = temporaryFolder();
  const first = await opened('folder', location);
  const before = await Twins.open(first);
  await write(before);
  await first.close();

  const second = await opened('folder', location);
  const again = await Twins.open(second, before.has);
  await compare(again);
  // A few changes, which closing leaves to be replayed.
  await again.update([{ id: 'r402', vectors: { body: null } }]);
  await again.remove(['r405']);
  await again.upsert(records(405, 1, 5));
  await second.close();

  const third = await opened('folder', location);
  const last = await Twins.open(third, again.has);
  await compare(last);
  const { vectors = {} } = await last.named.describe();
  expect(Object.keys(vectors)).toEqual(NAMES);
  expect(vectors['body']).toMatchObject({ dimension: 12, metric: 'l2', text: null });
  const held = [...last.has.values()].filter((own) => own.has('body')).length;
  expect(vectors['body']?.records).toBe(held);
  expect((await last.named.stats()).vectors?.['body']).toMatchObject({ records: held });
});

it('each named vector gets another index by itself', { timeout: 60_000 }, async () => {
  const twins = await Twins.open(await opened('folder'));
  await write(twins);
  await expect(twins.named.reindex('flat')).rejects.toMatchObject({ code: 'FIELD_REQUIRED' });
  expect(await twins.named.reindex('flat', { field: 'title' })).toBe(true);
  expect(await twins.named.reindex('flat', { field: 'title' })).toBe(false);
  expect(await twins.named.reindex('hnsw', { field: 'image' })).toBe(true);
  const { vectors } = await twins.named.describe();
  expect(NAMES.map((name) => vectors?.[name]?.serving.options.family)).toEqual(['flat', 'ivf', 'hnsw']);
  await compare(twins);
});

it('a record tells its vectors, keeps what a change does not name, and loses what it gives up', async () => {
  const shelf = await (await opened(':memory:')).collection('shelf', { vectors: FIELDS });
  const [title, image] = [vectorFor('title', 1), vectorFor('image', 2)];
  await shelf.add([{ id: 'a', document: 'x', vectors: { title, image: null } }]);
  expect((await shelf.get('a', ['vectors']))?.vectors).toEqual({ title });
  const before = await shelf.get('a');
  await shelf.update([{ id: 'a', vectors: { image } }]);
  expect(await shelf.get('a', ['vectors', 'document'])).toMatchObject({
    document: 'x',
    vectors: { title, image },
  });
  expect((await shelf.get('a'))?.seq).toBeGreaterThan(before?.seq ?? Number.POSITIVE_INFINITY);
  await shelf.update([{ id: 'a', vectors: { title: null } }]);
  expect((await shelf.get('a', ['vectors']))?.vectors).toEqual({ image });
  expect(await shelf.search({ vector: title, field: 'title' })).toEqual([]);
  await expect(shelf.update([{ id: 'a', vectors: { image: null } }])).rejects.toMatchObject({
    code: 'VECTOR_INVALID',
  });
  const [hit] = await shelf.search({ vector: image, field: 'image', include: ['vectors'] });
  expect(hit).toMatchObject({ id: 'a', vectors: { image } });
  await shelf.upsert([{ id: 'a', vectors: { title } }]);
  expect((await shelf.get('a', ['vectors']))?.vectors).toEqual({ title });
});

/** Turns texts into vectors by their letters, and counts the calls. */
function lettersOf(name: string, dimension: number) {
  const calls: (readonly string[])[] = [];
  const embedding: EmbeddingFunction = {
    name,
    dimension,
    embed: async (texts) => {
      calls.push(texts);
      return texts.map((text) => Array.from({ length: dimension }, (_, i) => 1 + (text.charCodeAt(i) || 0)));
    },
  };
  return { embedding, calls };
}

describe('embeddings of named vectors', () => {
  it('make what is not given, of the text that each field names, in one call for each', async () => {
    const [small, large] = [lettersOf('small', 3), lettersOf('large', 5)];
    const shelf = await (await opened(':memory:')).collection('shelf', {
      vectors: {
        title: { embedding: small.embedding, text: 'title' },
        body: { embedding: small.embedding },
        note: { embedding: large.embedding, text: 'more.note' },
        image: { dimension: 2 },
      },
    });
    await shelf.add([
      { id: 'a', document: 'sea and sand', metadata: { title: 'Coast', more: { note: 'n' } } },
      { id: 'b', document: 'hills', metadata: {} },
      { id: 'c', metadata: { title: 'Given' }, vectors: { title: [1, 2, 3], image: [1, 1] } },
      { id: 'd', document: 'unwanted', vectors: { body: null, image: [1, 2] } },
    ]);
    expect(small.calls).toEqual([['Coast', 'sea and sand', 'hills']]);
    expect(large.calls).toEqual([['n']]);
    const all = await shelf.get(['a', 'b', 'c', 'd'], ['vectors']);
    expect(all.map((record) => Object.keys(record?.vectors ?? {}))).toEqual([
      ['title', 'body', 'note'],
      ['body'],
      ['title', 'image'],
      ['image'],
    ]);
    const [first] = await shelf.search({ text: 'Coast', field: 'title', k: 1 });
    expect(first).toMatchObject({ id: 'a' });
    expect(first?.score).toBeCloseTo(1, 6);
    // Once for both fields.
    small.calls.length = 0;
    const hits = await shelf.search({ text: 'hills', field: ['title', 'body'] });
    expect(small.calls).toEqual([['hills']]);
    expect(hits.map(({ id }) => id).sort()).toEqual(['a', 'b', 'c']);

    small.calls.length = 0;
    await shelf.update([
      { id: 'a', metadata: { title: 'Shore' } },
      { id: 'b', document: 'mountains' },
      { id: 'c', document: null, metadata: { title: undefined } },
    ]);
    expect(small.calls).toEqual([['Shore', 'mountains']]);
    expect((await shelf.search({ text: 'Shore', field: 'title', k: 1 }))[0]).toMatchObject({ id: 'a' });
    expect(Object.keys((await shelf.get('c', ['vectors']))?.vectors ?? {})).toEqual(['title', 'image']);
  });

  it('are needed again after opening only where a text is to be embedded', async () => {
    const location = temporaryFolder();
    const { embedding } = lettersOf('small', 3);
    const first = await opened('folder', location);
    await first.collection('shelf', { vectors: { title: { embedding }, image: { dimension: 2 } } });
    await first.close();
    const shelf = await (await opened('folder', location)).openCollection('shelf');
    await shelf.add([{ id: 'a', vectors: { title: [1, 2, 3], image: [1, 1] } }]);
    await expect(shelf.add([{ document: 'x', vectors: { image: [1, 1] } }])).rejects.toMatchObject({
      code: 'EMBEDDING_MISSING',
      details: { recorded: 'small', field: 'title' },
    });
  });
});

it('fields are fused as their rankings say', { timeout: 60_000 }, async () => {
  const twins = await Twins.open(await opened(':memory:'));
  await write(twins);
  const { named } = twins;
  // A record that has all three.
  const [id = ''] = [...twins.has].find(([, own]) => own.size === 3) ?? [];
  const depth = 120;
  const weights = { title: 2, body: 1, image: 0.5 };
  const shares = new Map<string, Record<string, number>>();
  const scores = new Map<string, Record<string, number>>();
  for (const field of NAMES) {
    // Among its own neighbours, as it is until the answer is chosen.
    const vector = (await named.get(id, ['vectors']))?.vectors?.[field] ?? [];
    const alone = await named.search({ vector, field, k: depth, exact: true });
    for (const [place, hit] of alone.entries()) {
      shares.set(hit.id, { ...shares.get(hit.id), [field]: weights[field] / (60 + place + 1) });
      scores.set(hit.id, { ...scores.get(hit.id), [field]: hit.score });
    }
  }
  const sum = (own: Record<string, number> = {}) => Object.values(own).reduce((a, b) => a + b, 0);
  shares.delete(id);
  const best = [...shares.keys()].sort((a, b) => sum(shares.get(b)) - sum(shares.get(a)));
  const hits = await named.search({
    id,
    field: NAMES,
    k: 10,
    exact: true,
    fusion: { weights, candidates: depth },
    explain: true,
  });
  for (const [place, hit] of hits.entries()) {
    expect(hit.score).toBeCloseTo(sum(shares.get(best[place] ?? '')), 12);
    expect(hit.scores?.shares.fields).toMatchObject(shares.get(hit.id) ?? {});
    expect(hit.scores?.fields).toEqual(scores.get(hit.id));
    expect(hit.score).toBeCloseTo(sum(hit.scores?.shares.fields), 12);
  }
  expect(hits).toHaveLength(10);
  expect(Object.keys(hits.explain?.fields ?? {})).toEqual(NAMES);
  for (const name of NAMES) {
    const held = [...twins.has.values()].filter((own) => own.has(name)).length;
    expect(hits.explain?.fields?.[name]).toMatchObject({ records: held, matches: held, way: 'exact' });
  }
  // With words beside, and what only words find.
  const worded = await named.search({
    vector: vectorFor('title', 1),
    field: 'title',
    fullText: 'seven',
    k: 300,
  });
  expect(worded.some(({ scores }) => scores?.fields?.['title'] === undefined)).toBe(true);
  expect(worded.every(({ scores }) => scores?.shares.fields !== undefined)).toBe(true);
});

it('namespaces, times to live and the change feed go with named vectors', async () => {
  let now = 1_000;
  const database = await openDatabase({ place: ':memory:' }, undefined, { clock: () => now });
  const shelf = await database.collection('shelf', { vectors: FIELDS });
  const title = vectorFor('title', 1);
  await shelf.add([
    { id: 'stays', vectors: { title } },
    { id: 'goes', vectors: { title, image: vectorFor('image', 1) }, ttl: 10 },
  ]);
  const acme = shelf.namespace('acme');
  await acme.add([{ id: 'stays', vectors: { image: vectorFor('image', 2) } }]);
  const found = async (field: Field, calls: typeof acme | typeof shelf = shelf) =>
    (await calls.search({ vector: vectorFor(field, 1), field })).map(({ id }) => id).sort();
  expect(await found('title')).toEqual(['goes', 'stays']);
  expect(await found('title', acme)).toEqual([]);
  expect(await found('image', acme)).toEqual(['stays']);
  now += 20_000;
  expect(await found('title')).toEqual(['stays']);
  expect(await found('image')).toEqual([]);
  expect((await shelf.stats()).vectors?.['image']?.records).toBe(1);
  const told: unknown[] = [];
  for await (const change of shelf.changes({ include: ['vectors'] })) {
    if (change.kind === 'put') told.push([change.id, Object.keys(change.vectors ?? {})]);
  }
  expect(told).toEqual([['stays', ['title']]]);
  expect((await shelf.check()).problems).toEqual([]);
});

it('a process that reads follows each named vector', async () => {
  const location = temporaryFolder();
  const shelf = await (await opened('folder', location)).collection<Shelf>('shelf', { vectors: FIELDS });
  const own = (name: Field, seed: number) => ({ [name]: vectorFor(name, seed) });
  await shelf.add([{ id: 'a', vectors: { ...own('title', 1), ...own('image', 1) } }]);
  const reader = await Reader.start(location);
  const found = async (field: Field) => {
    const hits = await reader.ask<{ id: string }[]>('search', {
      vector: Array.from(vectorFor(field, 1)),
      field,
    });
    return hits.map(({ id }) => id).sort();
  };
  expect(await found('title')).toEqual(['a']);
  await shelf.add([{ id: 'b', vectors: own('title', 2) }]);
  await shelf.update([{ id: 'a', vectors: { title: null, ...own('body', 3) } }]);
  expect(await found('title')).toEqual(['b']);
  expect(await found('body')).toEqual(['a']);
  expect(await found('image')).toEqual(['a']);
  await shelf.remove('a');
  expect(await found('image')).toEqual([]);
  expect(await reader.ask('check')).toMatchObject({ problems: [] });
});
