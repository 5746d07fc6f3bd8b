import { Document } from '@langchain/core/documents';
import { index, type ListKeyOptions, RecordManager, type UpdateOptions } from '@langchain/core/indexing';
import { FakeVectorStore, SyntheticEmbeddings } from '@langchain/core/utils/testing';
import { type Collection, type Database, open } from 'vecino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { langchainEmbedding, VecinoEmbeddings } from './embeddings.ts';
import { VecinoVectorStore } from './vector-store.ts';

const DIMENSION = 24;

/** Embeddings of LangChain's own test kit. */
const embeddings = new SyntheticEmbeddings({ vectorSize: DIMENSION });

let db: Database;
beforeEach(async () => {
  db = await open(':memory:');
});
afterEach(() => db.close());

const TEXTS = ['The tide comes twice a day.', 'Boats lie dry.', 'Gulls walk about.', 'The sea returns.'];
const DOCUMENTS = TEXTS.map(
  (pageContent, i) => new Document({ id: `d${i}`, pageContent, metadata: { year: 2000 + i } }),
);

function newStore(): Promise<VecinoVectorStore> {
  return VecinoVectorStore.fromDocuments(DOCUMENTS, embeddings, { database: db, name: 'coast' });
}

describe('VecinoVectorStore', () => {
  it('finds what LangChain’s own store finds, with ids, contents and metadata', async () => {
    const ours = await newStore();
    const theirs = await FakeVectorStore.fromDocuments(DOCUMENTS, embeddings);
    for (const question of ['tides', 'boats and gulls', ...TEXTS]) {
      const [found, expected] = [
        await ours.similaritySearchWithScore(question, 3),
        await theirs.similaritySearchWithScore(question, 3),
      ];
      expect(found.map(([{ pageContent, metadata }]) => ({ pageContent, metadata }))).toEqual(
        expected.map(([{ pageContent, metadata }]) => ({ pageContent, metadata })),
      );
      for (const [i, [, score]] of found.entries()) expect(score).toBeCloseTo(expected[i]?.[1] ?? 0, 5);
    }
    const [first] = await ours.similaritySearch(TEXTS[1] ?? '', 1);
    expect(first).toBeInstanceOf(Document);
    expect(first?.id).toBe('d1');
  });

  it('gives four documents where nothing is said, and filters as Vecino does', async () => {
    const store = await newStore();
    await store.addDocuments([new Document({ pageContent: 'One more.' })]);
    expect(await store.similaritySearch('tides')).toHaveLength(4);
    const found = await store.similaritySearch('tides', 9, { year: { $gte: 2002 } });
    expect(found.map(({ id }) => id).sort()).toEqual(['d2', 'd3']);
    const vector = await embeddings.embedQuery('tides');
    expect(await store.similaritySearchVectorWithScore(vector, 9, { year: 2000 })).toMatchObject([
      [{ id: 'd0' }, expect.any(Number)],
    ]);
  });

  it('keeps ids: those of the call, those of the documents, new ones; the same id replaces', async () => {
    const store = await newStore();
    const [given] = await store.addDocuments(DOCUMENTS.slice(0, 1), { ids: ['mine'] });
    expect(given).toBe('mine');
    const [own] = await store.addDocuments([new Document({ id: 'd0', pageContent: 'Now another.' })]);
    expect(own).toBe('d0');
    const [made = ''] = await store.addVectors(await embeddings.embedDocuments(['x']), [
      new Document({ pageContent: 'x' }),
    ]);
    expect(made).toMatch(/^[0-9a-f-]{36}$/);
    const coast = await db.openCollection('coast');
    expect(await coast.count()).toBe(6);
    expect((await coast.get('d0'))?.document).toBe('Now another.');
  });

  it('is made of texts with a metadata object for each or for all, and of what is stored', async () => {
    await VecinoVectorStore.fromTexts(TEXTS.slice(0, 2), [{ a: 1 }, { a: 2 }], embeddings, {
      database: db,
      name: 'coast',
      options: { metric: 'l2', index: 'flat' },
    });
    const collection = await db.openCollection('coast');
    expect(collection.metric).toBe('l2');
    await VecinoVectorStore.fromTexts(TEXTS.slice(2), { a: 3 }, embeddings, { collection });
    const store = await VecinoVectorStore.fromExistingIndex(embeddings, { database: db, name: 'coast' });
    const found = await store.similaritySearch('tides', 9);
    expect(found.map(({ metadata }) => metadata['a']).sort()).toEqual([1, 2, 3, 3]);
    expect(
      await VecinoVectorStore.fromTexts([], [], embeddings, { database: db, name: 'empty' }),
    ).toBeTruthy();
    expect((await db.openCollection('empty')).dimension).toBe(DIMENSION);
  });

  it('removes by id, by filter and everything, and says so where it is not clear what', async () => {
    const store = await newStore();
    const coast = await db.openCollection('coast');
    await store.delete({ ids: ['d0', 'nowhere'] });
    expect(await coast.count()).toBe(3);
    await store.delete({ filter: { year: 2001 } });
    expect(await coast.count()).toBe(2);
    await store.delete({ ids: [] });
    const unclear = [{}, { deleteAll: false }, { ids: ['d2'], deleteAll: true }] as never[];
    for (const target of unclear) {
      await expect(store.delete(target)).rejects.toMatchObject({
        code: 'OPTION_INVALID',
        message: expect.stringContaining('exactly one of "ids", "filter" and "deleteAll: true"'),
      });
    }
    expect(await coast.count()).toBe(2);
    await store.delete({ deleteAll: true });
    expect(await coast.count()).toBe(0);
  });

  it('is a retriever, by similarity and by maximal marginal relevance', async () => {
    const store = await newStore();
    await store.addDocuments([
      new Document({ id: 'twin', pageContent: TEXTS[0] ?? '', metadata: { year: 1 } }),
    ]);
    const question = TEXTS[0] ?? '';
    const nearest = await store.asRetriever({ k: 2, filter: { year: { $lt: 2003 } } }).invoke(question);
    expect(nearest.map(({ id }) => id).sort()).toEqual(['d0', 'twin']);
    const varied = store.asRetriever({ k: 2, searchType: 'mmr', searchKwargs: { lambda: 0.3, fetchK: 5 } });
    const [first, second] = await varied.invoke(question);
    expect(first?.pageContent).toBe(question);
    expect(second?.pageContent).not.toBe(question);
    const only = await store.maxMarginalRelevanceSearch(question, {
      k: 3,
      fetchK: 1,
      filter: { year: 2002 },
    });
    expect(only.map(({ id }) => id)).toEqual(['d2']);
  });

  it('takes namespaces, each a store of its own', async () => {
    const coast = await db.createCollection('coast', { dimension: DIMENSION });
    const north = new VecinoVectorStore(embeddings, { collection: coast.namespace('north') });
    await north.addDocuments(DOCUMENTS);
    expect(await north.similaritySearch('tides')).toHaveLength(4);
    const rest = new VecinoVectorStore(embeddings, { collection: coast });
    expect(await rest.similaritySearch('tides')).toEqual([]);
  });

  it('serves LangChain’s index, which adds what is new and removes what has gone', async () => {
    const store = await VecinoVectorStore.fromDocuments([], embeddings, { database: db, name: 'coast' });
    const coast = await db.openCollection('coast');
    const recordManager = new NotedKeys();
    const sourced = DOCUMENTS.map(
      ({ pageContent }) => new Document({ pageContent, metadata: { source: 'tides.md' } }),
    );
    const settle = (docsSource: Document[]) =>
      index({
        docsSource,
        recordManager,
        vectorStore: store,
        options: { cleanup: 'full', sourceIdKey: 'source' },
      });
    expect(await settle(sourced)).toMatchObject({ numAdded: 4, numDeleted: 0 });
    expect(await settle(sourced)).toMatchObject({ numAdded: 0, numSkipped: 4 });
    expect(await settle(sourced.slice(1))).toMatchObject({ numDeleted: 1 });
    expect(await coast.count()).toBe(3);
  });
});

describe('a collection that embeds its texts itself', () => {
  let coast: Collection;
  let store: VecinoVectorStore;
  beforeEach(async () => {
    const embedding = langchainEmbedding(embeddings, { name: 'synthetic', dimension: DIMENSION });
    coast = await db.createCollection('coast', { embedding, fullText: true });
    store = VecinoVectorStore.fromCollection(coast);
    await store.addDocuments(DOCUMENTS);
  });

  it('stores and finds as with the embeddings themselves', async () => {
    const other = new VecinoVectorStore(embeddings, { collection: coast });
    for (const question of ['tides', 'boats']) {
      expect(await store.similaritySearchWithScore(question)).toEqual(
        await other.similaritySearchWithScore(question),
      );
    }
    const { embedding } = await coast.stats();
    await store.addDocuments(DOCUMENTS);
    expect((await coast.stats()).embedding?.embedded).toBe(embedding?.embedded);
  });

  it('looks for words too where it is told so', async () => {
    const hybrid = VecinoVectorStore.fromCollection(coast, { hybrid: true });
    const [first] = await hybrid.similaritySearch('gulls', 1);
    expect(first?.id).toBe('d2');
    const given = new VecinoVectorStore(embeddings, { collection: coast, hybrid: true });
    const [again] = await given.maxMarginalRelevanceSearch('gulls', { k: 1 });
    expect(again?.id).toBe('d2');
  });

  it('gives no vectors away', async () => {
    await expect(store.embeddings.embedQuery('a')).rejects.toMatchObject({ code: 'EMBEDDING_MISSING' });
    await expect(store.embeddings.embedDocuments(['a'])).rejects.toMatchObject({ code: 'EMBEDDING_MISSING' });
  });
});

describe('embeddings across both', () => {
  it('are the same there and back', async () => {
    const there = langchainEmbedding(embeddings, { name: 'synthetic', dimension: DIMENSION });
    const back = new VecinoEmbeddings(there);
    expect(await back.embedQuery('tides')).toEqual(await embeddings.embedQuery('tides'));
    expect(await back.embedDocuments(TEXTS)).toEqual(await embeddings.embedDocuments(TEXTS));
    expect(await back.embedDocuments([])).toEqual([]);
  });

  it('need a name and a dimension', () => {
    expect(() => langchainEmbedding(embeddings, { dimension: 3 })).toThrow(/option "name" is missing/);
    expect(() => langchainEmbedding(embeddings, { name: 'a' } as never)).toThrow(/"dimension" is missing/);
    const named = Object.assign(new SyntheticEmbeddings({ vectorSize: 3 }), { model: 'small-3' });
    expect(langchainEmbedding(named, { dimension: 3 }).name).toBe('small-3');
    expect(() => langchainEmbedding(named, { dimension: 0 })).toThrow(/from 1 to 8192/);
  });
});

describe('bad input', () => {
  it.each([
    ['a question for no document', { k: 0 }, 'OPTION_OUT_OF_RANGE', '"k" is 0'],
    ['more than there may be', { k: 10_001 }, 'OPTION_OUT_OF_RANGE', '10001'],
    ['an unknown operator', { filter: { year: { $above: 1 } } }, 'FILTER_OPERATOR_UNKNOWN', '$above'],
    ['a filter that is a function', { filter: () => true }, 'FILTER_INVALID', 'filter'],
  ] as const)('%s is refused', async (_, { k = 4, filter }: { k?: number; filter?: unknown }, code, says) => {
    const store = await newStore();
    await expect(store.similaritySearch('tides', k, filter as never)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(says),
    });
  });

  it('vectors of another length are refused, before anything is stored', async () => {
    const store = await newStore();
    const document = new Document({ pageContent: 'a' });
    await expect(store.addVectors([[1, 2]], [document])).rejects.toMatchObject({
      code: 'DIMENSION_MISMATCH',
    });
    await expect(store.similaritySearchVectorWithScore([1, 2], 1)).rejects.toMatchObject({
      code: 'DIMENSION_MISMATCH',
    });
    await expect(store.addVectors([], [document])).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      message: 'VecinoVectorStore: 0 vectors for 1 documents, expected as many',
    });
    await expect(store.addDocuments([document], { ids: [] })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
    });
    const smaller = new SyntheticEmbeddings({ vectorSize: 3 });
    await expect(
      VecinoVectorStore.fromTexts(['a'], {}, smaller, { database: db, name: 'coast' }),
    ).rejects.toMatchObject({ code: 'COLLECTION_MISMATCH' });
    expect(await (await db.openCollection('coast')).count()).toBe(4);
  });

  it('a collection that is missing, or not named, is told', async () => {
    const made = (config: object) => VecinoVectorStore.fromExistingIndex(embeddings, config as never);
    await expect(made({ database: db, name: 'nowhere' })).rejects.toMatchObject({
      code: 'COLLECTION_NOT_FOUND',
    });
    await expect(made({})).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    await expect(made({ database: db })).rejects.toMatchObject({ code: 'NAME_INVALID' });
    await expect(made({ database: db, nam: 'a' })).rejects.toMatchObject({ code: 'OPTION_UNKNOWN' });
    await expect(made({ collection: 'coast' })).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    await expect(made({ database: './library', name: 'a' })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
    });
    expect(() => new VecinoVectorStore(embeddings, {} as never)).toThrow(/open "collection"/);
  });
});

/** The keys that LangChain’s index has seen, and when, by a clock that goes on with each look at it. */
class NotedKeys extends RecordManager {
  override lc_namespace = ['test'];
  private readonly seen = new Map<string, { readonly group: string | null; readonly time: number }>();
  private clock = 0;

  async createSchema(): Promise<void> {}

  async getTime(): Promise<number> {
    this.clock += 1;
    return this.clock;
  }

  async update(keys: string[], { groupIds = [] }: UpdateOptions): Promise<void> {
    const time = await this.getTime();
    for (const [i, key] of keys.entries()) this.seen.set(key, { group: groupIds[i] ?? null, time });
  }

  async exists(keys: string[]): Promise<boolean[]> {
    return keys.map((key) => this.seen.has(key));
  }

  async listKeys({ before = Infinity, after = 0 }: ListKeyOptions): Promise<string[]> {
    const noted = [...this.seen].filter(([, { time }]) => time < before && time > after);
    return noted.map(([key]) => key);
  }

  async deleteKeys(keys: string[]): Promise<void> {
    for (const key of keys) this.seen.delete(key);
  }
}
