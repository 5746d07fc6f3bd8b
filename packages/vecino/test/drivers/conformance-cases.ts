import { expect } from 'vitest';
import type { Capability, Guarantee } from '../../src/api/capabilities.ts';
import type { Collection, CollectionOptions } from '../../src/api/collection.ts';
import type { Database } from '../../src/api/database.ts';
import type { EmbeddingFunction } from '../../src/api/embedding.ts';
import { expectExact, randomVectors, vectorsById } from '../contract/collection-fixture.ts';

/*
 * The contract of `api/`, asked of every engine alike. Each case gets names of collections of its own. Where an engine
 * lacks what a case needs, the same calls must end with UNSUPPORTED, which the suite makes sure of.
 */

interface Book {
  readonly year?: number;
  readonly tags?: readonly string[];
  readonly author?: { readonly name: string };
  readonly note?: string | null;
}

export interface Place {
  readonly database: Database;
  /** A name that no other case uses. */
  readonly name: string;
  /** Moves the time by which records expire. */
  readonly wait: (ms: number) => void;
}

export interface Case {
  readonly what: string;
  readonly needs?: Capability;
  readonly run: (place: Place) => Promise<unknown>;
}

const METRICS = ['cosine', 'dot', 'l2'] as const;
const DIMENSION = 8;
const VECTORS = randomVectors(300, 11, DIMENSION);
const [QUERY] = randomVectors(1, 12, DIMENSION) as [Float32Array];

/** Letters of a text, counted: texts of the same letters are the same. */
const letters: EmbeddingFunction = {
  name: 'letters',
  dimension: 26,
  embed: async (texts) =>
    texts.map((text) =>
      Array.from({ length: 26 }, (_, i) => 0.01 + [...text].filter((c) => c.charCodeAt(0) === 97 + i).length),
    ),
};

async function shelf(
  { database, name }: Place,
  options: CollectionOptions = { dimension: 3 },
): Promise<Collection<Book>> {
  return database.createCollection<Book>(name, options);
}

const BOOKS = [
  {
    id: 'a',
    vector: [1, 0, 0],
    document: 'the magic school',
    metadata: { year: 1997, tags: ['magic', 'school'], author: { name: 'Rowling' } },
  },
  {
    id: 'b',
    vector: [0.9, 0.1, 0],
    document: 'a wizard of the sea',
    metadata: { year: 1968, tags: ['magic'] },
  },
  { id: 'c', vector: [0, 1, 0], document: 'schools of fish', metadata: { year: 2001, note: null } },
  { id: 'd', vector: [0, 0, 1] },
] as const;

async function stocked(place: Place, options?: CollectionOptions): Promise<Collection<Book>> {
  const books = await shelf(place, options);
  await books.add(BOOKS);
  return books;
}

/** A metric that the engine has, and another one; `l2` where it can be. */
function metricsOf({ database }: Place): [(typeof METRICS)[number], (typeof METRICS)[number]] {
  const { unsupported } = database.capabilities;
  const has = METRICS.toReversed().find((metric) => unsupported[metric] === undefined) ?? 'cosine';
  return [has, has === 'dot' ? 'cosine' : 'dot'];
}

const isWeaker = ({ database }: Place, guarantee: Guarantee) =>
  database.capabilities.weaker[guarantee] !== undefined;

/** The same bits, or nearly the same numbers where the engine promises no more. */
function expectVector(place: Place, vector: Float32Array | undefined, expected: readonly number[]): void {
  const floats = Float32Array.from(expected);
  if (!isWeaker(place, 'exactVectors')) expect(vector).toEqual(floats);
  const received = Array.from(vector ?? []);
  const [difference, length] = [received.map((x, i) => x - (floats[i] ?? 0)), floats].map((v) =>
    Math.hypot(...v),
  );
  expect(received).toHaveLength(floats.length);
  expect(difference).toBeLessThanOrEqual(1e-5 * (length ?? 0));
}

const ids = (records: Iterable<{ readonly id: string }>) => Array.from(records, ({ id }) => id);
const sorted = (records: Iterable<{ readonly id: string }>) => ids(records).sort();
/** Ids of all records of a list, read one by one. */
async function pages(books: Collection<Book>, query: object): Promise<string> {
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await books.list({ ...query, limit: 1, ...(cursor !== undefined && { cursor }) });
    found.push(...ids(page.records));
    ({ cursor } = page);
  } while (cursor !== undefined);
  return found.join('');
}

const code = (expected: string) => expect.objectContaining({ name: 'VecinoError', code: expected });

export const CASES: readonly Case[] = [
  {
    what: 'collections are created, opened, listed, described and dropped',
    run: async (place) => {
      const { database, name } = place;
      await expect(database.openCollection(name)).rejects.toEqual(code('COLLECTION_NOT_FOUND'));
      const [metric, other] = metricsOf(place);
      const books = await stocked(place, { dimension: 3, metric });
      expect([books.name, books.dimension, books.metric]).toEqual([name, 3, metric]);
      await expect(database.createCollection(name, { dimension: 3 })).rejects.toEqual(
        code('COLLECTION_EXISTS'),
      );
      await expect(database.collection(name, { dimension: 4 })).rejects.toEqual(code('COLLECTION_MISMATCH'));
      await expect(database.collection(name, { metric: other })).rejects.toEqual(code('COLLECTION_MISMATCH'));
      const listed = (await database.listCollections()).find((one) => one.name === name);
      expect(listed).toMatchObject({ name, dimension: 3, metric, records: 4, embedding: null });
      expect(await books.describe()).toEqual(listed);
      await database.dropCollection(name);
      await expect(database.openCollection(name)).rejects.toEqual(code('COLLECTION_NOT_FOUND'));
      await expect(books.count()).rejects.toEqual(code('COLLECTION_DROPPED'));
    },
  },
  {
    what: 'records are stored as they were given, and read back',
    run: async (place) => {
      const books = await shelf(place);
      const odd = {
        id: "Robert'); DROP TABLE records;--",
        vector: [0.1, -1e-30, 3e8],
        document: '"\\\'$1 \u{1f600}',
      };
      const metadata = { author: { name: "O'Neill" }, tags: ['', 'ß'], year: 0.1 };
      expect(await books.add([{ ...odd, metadata }])).toEqual([odd.id]);
      const [made] = await books.add([{ vector: [1, 2, 3] }]);
      const read = await books.get(odd.id, ['vector', 'document', 'metadata']);
      expect(read).toEqual({
        id: odd.id,
        seq: expect.any(Number),
        vector: expect.any(Float32Array),
        document: odd.document,
        metadata,
      });
      expectVector(place, read?.vector, odd.vector);
      const [first, none, last] = await books.get([String(made), 'nobody', odd.id]);
      expect([first?.id, none, last?.document]).toEqual([made, undefined, odd.document]);
      expect(first).toEqual({ id: made, seq: expect.any(Number), metadata: {} });
    },
  },
  {
    what: 'add refuses ids that are there, and writes nothing then',
    run: async (place) => {
      const books = await stocked(place);
      const batch = [{ id: 'e', vector: [1, 1, 1] }, BOOKS[0]];
      await expect(books.add(batch)).rejects.toEqual(code('ID_EXISTS'));
      expect([await books.count(), await books.get('e')]).toEqual([4, undefined]);
    },
  },
  {
    what: 'upsert replaces records as a whole',
    run: async (place) => {
      const books = await stocked(place);
      await books.upsert([
        { id: 'a', vector: [0, 0, 2] },
        { id: 'e', vector: [1, 1, 1] },
      ]);
      const read = await books.get('a', ['vector', 'document', 'metadata']);
      expect(read).toEqual({
        id: 'a',
        seq: expect.any(Number),
        vector: expect.any(Float32Array),
        metadata: {},
      });
      expectVector(place, read?.vector, [0, 0, 2]);
      expect(await books.count()).toBe(5);
    },
  },
  {
    what: 'update changes what is named, merges metadata and refuses what is not there',
    run: async (place) => {
      const books = await stocked(place);
      await books.update([
        { id: 'a', document: null, metadata: { year: 1998, tags: undefined } },
        { id: 'b', vector: [0, 5, 0] },
      ]);
      expect(await books.get('a')).toMatchObject({ metadata: { year: 1998, author: { name: 'Rowling' } } });
      expect((await books.get('a'))?.document).toBeUndefined();
      const read = await books.get('b', ['vector', 'document']);
      expect(read?.document).toBe('a wizard of the sea');
      expectVector(place, read?.vector, [0, 5, 0]);
      const changes = [
        { id: 'c', document: 'x' },
        { id: 'nobody', document: 'y' },
      ];
      await expect(books.update(changes)).rejects.toEqual(code('RECORD_NOT_FOUND'));
      expect((await books.get('c'))?.document).toBe('schools of fish');
    },
  },
  {
    what: 'remove takes ids or a filter, and counts',
    run: async (place) => {
      const books = await stocked(place);
      expect(await books.remove(['a', 'a', 'nobody'])).toBe(1);
      expect(await books.remove({ filter: { year: { $gt: 1970 } } })).toBe(1);
      expect(sorted((await books.list()).records)).toEqual(['b', 'd']);
      expect(await books.remove({ filter: {} })).toBe(2);
      expect(await books.count()).toBe(0);
    },
  },
  {
    what: 'batches are written whole or not at all',
    run: async (place) => {
      const books = await stocked(place);
      const bad = [
        { id: 'e', vector: [1, 1, 1] },
        { id: 'f', vector: [1, 1] },
      ];
      await expect(books.upsert(bad)).rejects.toEqual(code('DIMENSION_MISMATCH'));
      await expect(books.add([])).rejects.toEqual(code('BATCH_EMPTY'));
      await expect(books.upsert([BOOKS[0], BOOKS[0]])).rejects.toEqual(code('ID_DUPLICATE'));
      const many = Array.from({ length: 1_100 }, (_, i) => ({ id: `m${i}`, vector: [1, i, 0] }));
      await books.upsert(many);
      expect(await books.count()).toBe(1_104);
      await expect(books.add([{ id: 'new', vector: [1, 1, 1] }, ...many])).rejects.toEqual(code('ID_EXISTS'));
      expect(await books.get('new')).toBeUndefined();
    },
  },
  ...METRICS.map(
    (metric): Case => ({
      what: `search near a vector answers the nearest with their scores: ${metric}`,
      needs: metric,
      run: async (place) => {
        const one = await place.database.createCollection(place.name, { dimension: DIMENSION, metric });
        await one.add(
          VECTORS.map((vector, i) => ({ id: `r${i}`, vector, metadata: { ordinal: i, half: i % 2 === 0 } })),
        );
        const exact = place.database.capabilities.unsupported.exact === undefined && { exact: true };
        const all = await one.search({ vector: QUERY, k: 20, ...exact });
        expectExact(all, metric, QUERY, vectorsById(VECTORS), 20);
        const filter = { half: true, ordinal: { $lt: 200 } };
        const some = await one.search({ vector: QUERY, k: 20, filter, ...exact });
        expectExact(
          some,
          metric,
          QUERY,
          vectorsById(VECTORS, (i) => i % 2 === 0 && i < 200),
          20,
        );
        expect(await one.search({ vector: QUERY, k: 3, minScore: Number.MAX_VALUE })).toEqual([]);
        if (isWeaker(place, 'allHits')) return;
        // Fewer match than are asked for: all of them, whatever an approximate index would find.
        expect(await one.search({ vector: QUERY, k: 20, filter: { ordinal: { $lt: 7 } } })).toHaveLength(7);
        expect(await one.search({ vector: QUERY, k: 300 })).toHaveLength(300);
      },
    }),
  ),
  {
    what: 'a search may compare with all records',
    needs: 'exact',
    run: async (place) => {
      const books = await stocked(place);
      expect(ids(await books.search({ vector: [0, 0, 1], k: 1, exact: true }))).toEqual(['d']);
    },
  },
  {
    what: 'search near a record leaves it out',
    run: async (place) => {
      const books = await stocked(place);
      expect(ids(await books.search({ id: 'a', k: 2 }))).toEqual(['b', expect.any(String)]);
      await expect(books.search({ id: 'nobody' })).rejects.toEqual(code('RECORD_NOT_FOUND'));
    },
  },
  {
    what: 'search near examples adds them up, and leaves them out',
    run: async (place) => {
      const books = await stocked(place);
      const query = { like: [{ id: 'a' }, { vector: [0, 0, 5] }], unlike: [{ id: 'c' }], k: 4 };
      expect(ids(await books.search(query))[0]).toBe('d');
      expect(ids(await books.search({ ...query, strategy: 'average' }))).not.toContain('a');
      await expect(books.search({ like: [], k: 1 })).rejects.toEqual(code('EXAMPLES_EMPTY'));
    },
  },
  {
    what: 'examples rank by the best of their scores',
    needs: 'bestScore',
    run: async (place) => {
      const books = await stocked(place);
      const hits = await books.search({
        like: [{ id: 'a' }, { vector: [0, 0.1, 1] }],
        strategy: 'bestScore',
      });
      expect(ids(hits)).toEqual(['d', 'b', 'c']);
    },
  },
  {
    what: 'texts are embedded, when they are written, changed and searched with',
    run: async (place) => {
      const books = await shelf(place, { embedding: letters });
      await books.add([
        { id: 'a', document: 'aaa' },
        { id: 'b', document: 'bbb' },
      ]);
      expect(ids(await books.search({ text: 'ab a', k: 2 }))).toEqual(['a', 'b']);
      await books.update([
        { id: 'b', document: 'aa' },
        { id: 'a', document: 'zz' },
      ]);
      expect(ids(await books.search({ text: 'aa', k: 1 }))).toEqual(['b']);
      const other = { ...letters, name: 'other' };
      await expect(place.database.collection(place.name, { embedding: other })).rejects.toEqual(
        code('EMBEDDING_MISMATCH'),
      );
      const without = await place.database.openCollection(place.name);
      expect(await without.search({ text: 'a' })).toHaveLength(2);
    },
  },
  {
    what: 'filters mean the same: every operator, missing fields and types',
    run: async (place) => {
      const books = await stocked(place);
      const found = async (filter: object) => {
        const { records } = await books.list({ filter });
        expect(await books.count(filter)).toBe(records.length);
        return sorted(records).join('');
      };
      expect(await found({})).toBe('abcd');
      expect(await found({ year: 1997 })).toBe('a');
      expect(await found({ year: '1997' })).toBe('');
      expect(await found({ year: { $ne: 1997 } })).toBe('bcd');
      expect(await found({ year: { $gt: 1968, $lte: 1997 } })).toBe('a');
      expect(await found({ year: { $gte: '1968' } })).toBe('');
      expect(await found({ year: { $in: [1968, 2001, '1997'] } })).toBe('bc');
      expect(await found({ year: { $nin: [1968, 2001] } })).toBe('ad');
      expect(await found({ note: { $exists: true } })).toBe('c');
      expect(await found({ note: null })).toBe('c');
      expect(await found({ note: { $exists: false } })).toBe('abd');
      expect(await found({ tags: { $contains: 'magic' } })).toBe('ab');
      expect(await found({ tags: ['magic'] })).toBe('b');
      expect(await found({ 'author.name': { $contains: 'owl' } })).toBe('a');
      expect(await found({ 'author.name': { $lt: 'S' } })).toBe('a');
      expect(await found({ $or: [{ year: 1968 }, { $not: { year: { $exists: true } } }] })).toBe('bd');
      expect(await found({ 'tags.0': 'magic' })).toBe('');
      await expect(books.count({ year: { $gtt: 1 } } as never)).rejects.toEqual(
        code('FILTER_OPERATOR_UNKNOWN'),
      );
    },
  },
  {
    what: 'lists come page by page, and nothing twice',
    run: async (place) => {
      const books = await stocked(place);
      const inOrder = async () => {
        const listed = await pages(books, {});
        return isWeaker(place, 'listOrder') ? [...listed].sort().join('') : listed;
      };
      expect(await inOrder()).toBe('abcd');
      await books.update([{ id: 'b', metadata: { note: 'x' } }]);
      expect(await inOrder()).toBe(isWeaker(place, 'listOrder') ? 'abcd' : 'acdb');
      expect([...(await pages(books, { filter: { year: { $exists: true } } }))].sort().join('')).toBe('abc');
      await expect(books.list({ cursor: 'nonsense' })).rejects.toEqual(code('CURSOR_INVALID'));
    },
  },
  {
    what: 'lists have the order that they are asked for',
    needs: 'order',
    run: async (place) => {
      const books = await stocked(place);
      await books.update([{ id: 'b', metadata: { note: 'x' } }]);
      expect(await pages(books, { orderBy: 'seq' })).toBe('acdb');
      expect(await pages(books, { order: 'desc' })).toBe('bdca');
      expect(await pages(books, { orderBy: 'id', order: 'desc' })).toBe('dcba');
      expect(await pages(books, { orderBy: 'year' })).toBe('bacd');
      expect(await pages(books, { orderBy: 'year', order: 'desc' })).toBe('cabd');
      expect(await pages(books, { orderBy: 'note', filter: { year: { $exists: true } } })).toBe('cba');
    },
  },
  {
    what: 'include decides what answers carry',
    run: async (place) => {
      const books = await stocked(place);
      const [bare] = await books.search({ vector: [1, 0, 0], k: 1, include: [] });
      expect(Object.keys(bare ?? {}).sort()).toEqual(['id', 'score']);
      const [full] = await books.search({ vector: [1, 0, 0], k: 1, include: ['vector', 'metadata'] });
      expect(full).toMatchObject({ vector: expect.any(Float32Array), metadata: { year: 1997 } });
      expectVector(place, full?.vector, [1, 0, 0]);
      expect(full?.document).toBeUndefined();
    },
  },
  {
    what: 'many searches in one call are answered in their order',
    run: async (place) => {
      const books = await stocked(place);
      const results = await books.searchMany([
        { vector: [0, 0, 1], k: 1 },
        { id: 'a', k: 1 },
        { vector: [0, 1, 0], k: 1 },
      ]);
      expect(results.map((hits) => ids(hits).join())).toEqual(['d', 'b', 'c']);
    },
  },
  {
    what: 'a rerank function scores the best anew',
    run: async (place) => {
      const books = await stocked(place);
      const hits = await books.search({
        vector: [1, 0, 0],
        k: 2,
        include: ['document'],
        rerank: (found) => found.map(({ id }) => 'abcd'.indexOf(id)),
      });
      expect(hits.map(({ id, score }) => [id, score])).toEqual([
        ['d', 3],
        ['c', 2],
      ]);
      expect(hits[0]?.metadata).toBeUndefined();
    },
  },
  {
    what: 'words are found by their stems, phrases and prefixes',
    needs: 'fullText',
    run: async (place) => {
      const books = await stocked(place, { dimension: 3, fullText: true });
      expect(sorted(await books.search({ fullText: 'school' }))).toEqual(['a', 'c']);
      expect(ids(await books.search({ fullText: '"magic school"' }))).toEqual(['a']);
      expect(ids(await books.search({ fullText: '"school magic"' }))).toEqual([]);
      expect(ids(await books.search({ fullText: 'wiz*' }))).toEqual(['b']);
      expect(ids(await books.search({ fullText: { query: 'school fish', match: 'all' } }))).toEqual(['c']);
      expect(ids(await books.search({ fullText: 'school', filter: { year: 1997 } }))).toEqual(['a']);
      expect(ids(await books.search({ fullText: "'); DROP & | ! <-> :*" }))).toEqual([]);
      await books.update([{ id: 'c', document: 'nothing' }]);
      expect(ids(await books.search({ fullText: 'fish' }))).toEqual([]);
    },
  },
  {
    what: 'texts that were stored before are indexed when a collection is opened with fullText',
    needs: 'fullText',
    run: async (place) => {
      await stocked(place);
      const books = await place.database.openCollection(place.name, { fullText: { language: 'english' } });
      expect(sorted(await books.search({ fullText: 'schools' }))).toEqual(['a', 'c']);
    },
  },
  {
    what: 'vectors and words are fused into one ranking',
    needs: 'fullText',
    run: async (place) => {
      const books = await stocked(place, { dimension: 3, fullText: true });
      const hits = await books.search({ vector: [0, 1, 0], fullText: 'magic', k: 3 });
      expect(ids(hits)[0]).toBe('a');
      expect(hits[0]?.scores).toMatchObject({ vector: expect.any(Number), fullText: expect.any(Number) });
      const near = await books.search({
        vector: [0, 1, 0],
        fullText: 'magic',
        k: 1,
        fusion: { method: 'weighted', weights: { fullText: 0 } },
      });
      expect(ids(near)).toEqual(['c']);
    },
  },
  {
    what: 'records may have several vectors by name',
    needs: 'namedVectors',
    run: async (place) => {
      const books = await place.database.createCollection(place.name, {
        vectors: { title: { dimension: 2 }, cover: { dimension: 3, metric: metricsOf(place)[0] } },
      });
      await books.add([
        { id: 'a', vectors: { title: [1, 0], cover: [1, 2, 3] } },
        { id: 'b', vectors: { title: [0, 1] } },
      ]);
      expect(ids(await books.search({ vector: [0, 1], field: 'title' }))).toEqual(['b', 'a']);
      expect(ids(await books.search({ vector: [0, 0, 1], field: 'cover' }))).toEqual(['a']);
      expect(ids(await books.search({ id: 'a', field: ['title'] }))).toEqual(['b']);
      await books.update([{ id: 'a', vectors: { cover: null } }]);
      const vectors = (await books.get('a', ['vectors']))?.vectors;
      expect(Object.keys(vectors ?? {})).toEqual(['title']);
      expectVector(place, vectors?.['title'], [1, 0]);
      await expect(books.update([{ id: 'a', vectors: { title: null } }])).rejects.toEqual(
        code('VECTOR_INVALID'),
      );
      await expect(books.search({ vector: [1, 0] })).rejects.toEqual(code('FIELD_REQUIRED'));
      expect((await books.describe()).vectors).toMatchObject({
        title: { records: 2 },
        cover: { records: 0 },
      });
    },
  },
  {
    what: 'namespaces are worlds of their own',
    needs: 'namespaces',
    run: async (place) => {
      const books = await stocked(place);
      const acme = books.namespace("größe/2'; --");
      await acme.add([{ id: 'a', vector: [0, 0, 1], metadata: { year: 1 } }]);
      expect([await books.count(), await acme.count()]).toEqual([4, 1]);
      expect(ids(await acme.search({ vector: [1, 0, 0] }))).toEqual(['a']);
      expect(await acme.remove({ filter: {} })).toBe(1);
      expect(await books.count()).toBe(4);
      const left = isWeaker(place, 'emptyNamespaces') ? [] : [{ name: "größe/2'; --", records: 0 }];
      expect(await books.listNamespaces()).toEqual(left);
      await acme.upsert([{ id: 'z', vector: [1, 1, 1] }]);
      expect(await books.dropNamespace("größe/2'; --")).toBe(1);
      expect(await books.listNamespaces()).toEqual([]);
      await expect(books.dropNamespace('nobody')).rejects.toEqual(code('NAMESPACE_NOT_FOUND'));
    },
  },
  {
    what: 'records expire, and are gone for every question',
    run: async (place) => {
      const books = await stocked(place);
      await books.update([{ id: 'a', ttl: 10 }]);
      expect((await books.get('a', ['expiresAt']))?.expiresAt).toBeInstanceOf(Date);
      place.wait(10_001);
      expect([await books.get('a'), await books.count()]).toEqual([undefined, 3]);
      expect(ids(await books.search({ vector: [1, 0, 0], k: 1 }))).toEqual(['b']);
      expect(await books.remove('a')).toBe(0);
      expect(await books.add([BOOKS[0]])).toEqual(['a']);
      expect(await books.count()).toBe(4);
    },
  },
  {
    what: 'what is wrong with a query is said before anything is searched',
    run: async (place) => {
      const books = await stocked(place);
      await expect(books.search({})).rejects.toEqual(code('QUERY_INVALID'));
      await expect(books.search({ vector: [1, 2] })).rejects.toEqual(code('DIMENSION_MISMATCH'));
      await expect(books.search({ vector: [1, 0, 0], k: 0 })).rejects.toEqual(code('OPTION_OUT_OF_RANGE'));
      await expect(books.search({ vector: [0, 0, 0] })).rejects.toEqual(code('VECTOR_ZERO'));
      await expect(books.search({ fullText: 'a' })).rejects.toEqual(code('FULL_TEXT_MISSING'));
    },
  },
  {
    what: 'health tells that the engine answers',
    run: async ({ database }) => {
      const { engine } = database.capabilities;
      expect(await database.health()).toEqual({
        engine,
        version: expect.stringMatching(/\d/),
        latencyMs: expect.any(Number),
      });
    },
  },
  {
    what: 'compact and flush change no answer',
    run: async (place) => {
      const books = await stocked(place);
      await books.remove('a');
      await books.flush();
      await books.compact();
      expect(ids(await books.search({ vector: [1, 0, 0], k: 9 }))).toHaveLength(3);
    },
  },
  {
    what: 'groups',
    needs: 'groupBy',
    run: async (place) => {
      const books = await stocked(place);
      const hits = await books.search({ vector: [1, 0, 0], k: 2, groupBy: 'year' });
      expect(hits.groups?.map(({ value, hits: own }) => [value, ids(own)])).toEqual([
        [1997, ['a']],
        [1968, ['b']],
      ]);
    },
  },
  {
    what: 'counts by value',
    needs: 'facets',
    run: async (place) => {
      const books = await stocked(place);
      const { facets } = await books.search({
        vector: [1, 0, 0],
        k: 1,
        facets: ['tags', { path: 'year', limit: 1 }],
      });
      expect(facets).toEqual({
        tags: {
          values: [
            { value: 'magic', count: 2 },
            { value: 'school', count: 1 },
          ],
          different: 2,
        },
        year: { values: [{ value: 1968, count: 1 }], different: 3 },
      });
    },
  },
  {
    what: 'hits that differ',
    needs: 'diversify',
    run: async (place) => {
      const books = await stocked(place);
      const hits = await books.search({ vector: [1, 0.01, 0], k: 2, diversify: { lambda: 0.4 } });
      expect(ids(hits)[0]).toBe('a');
      expect(ids(hits)).not.toContain('b');
      expect(Object.keys(hits[0] ?? {})).not.toContain('vector');
    },
  },
  {
    what: 'search page by page',
    needs: 'pages',
    run: async (place) => {
      const books = await stocked(place);
      const first = await books.search({ vector: [1, 0, 0], k: 3, page: true });
      const second = await books.search({ vector: [1, 0, 0], k: 3, page: first.next ?? '' });
      expect([first.length, second.length, second.next]).toEqual([3, 1, undefined]);
      expect([...ids(first), ...ids(second)].sort()).toEqual(['a', 'b', 'c', 'd']);
    },
  },
  ...(
    [
      ['an explanation of the search', 'explain', { explain: true }],
      ['the recall of an answer', 'measureRecall', { measureRecall: true }],
      ['a recall to reach', 'recall', { recall: 0.9 }],
    ] as const
  ).map(
    ([what, needs, options]): Case => ({
      what,
      needs,
      run: async (place) => (await stocked(place)).search({ vector: [1, 0, 0], k: 2, ...options }),
    }),
  ),
  {
    what: 'hits one by one',
    needs: 'nearest',
    run: async (place) => {
      const books = await stocked(place);
      const found = ids(await Array.fromAsync(books.nearest({ vector: [1, 0, 0] })));
      expect(found.slice(0, 2)).toEqual(['a', 'b']);
      expect(found.toSorted()).toEqual(['a', 'b', 'c', 'd']);
    },
  },
  {
    what: 'the feed of changes',
    needs: 'changes',
    run: async (place) => Array.fromAsync((await stocked(place)).changes()),
  },
  {
    what: 'anomalies, near-duplicates and clusters',
    needs: 'analysis',
    run: async (place) => (await stocked(place)).duplicates({ minScore: 0.9 }),
  },
  {
    what: 'figures of a collection',
    needs: 'stats',
    run: async (place) => {
      const books = await stocked(place);
      const { records } = await books.list();
      await books.flush();
      const index = { linked: 4, pending: 0 };
      expect(await books.stats()).toMatchObject({
        name: place.name,
        records: 4,
        seq: Math.max(...records.map(({ seq }) => seq)),
        index,
      });
    },
  },
  {
    what: 'the index that a collection has is nothing to change',
    run: async (place) => {
      const books = await stocked(place);
      expect(await books.reindex((await books.describe()).index)).toBe(false);
    },
  },
  { what: 'a check of the index', needs: 'check', run: async (place) => (await stocked(place)).check() },
  {
    what: 'another model for a collection',
    needs: 'reembed',
    run: async (place) => {
      const books = await shelf(place, { embedding: letters });
      await books.add([{ id: 'a', document: 'aaa' }]);
      await books.reembed({ embedding: { ...letters, name: 'other' } });
    },
  },
  {
    what: 'another index for a collection',
    needs: 'reindex',
    run: async (place) => (await stocked(place)).reindex('hnsw'),
  },
];
