import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../../test/temporary-folder.ts';
import { analyzerOf } from '../text/analyzer.ts';
import { parseQuery } from '../text/parse-query.ts';
import { openStore } from './open-store.ts';
import type { FullTextFound, FullTextSettings, Store, StoreWriter, WriteBatch } from './store.ts';

const ENGLISH: FullTextSettings = { language: 'english', fields: ['document', 'title'], analysis: 1 };

const NOTHING = {
  removals: new Uint32Array(),
  puts: { slots: new Uint32Array(), ids: [], vectors: new Float32Array(), documents: [], metadata: [] },
  patches: { slots: new Uint32Array(), documents: [], metadata: [] },
};

describe.each(['in memory', 'in a folder'])('texts %s', (where) => {
  async function opened(fullText: FullTextSettings | undefined = ENGLISH) {
    const store = await openStore(where === 'in memory' ? ':memory:' : temporaryFolder(), {
      readOnly: false,
      create: true,
    });
    onTestFinished(() => store.close());
    const { id } = await writerOf(store).createCollection({
      name: 'books',
      dimension: 1,
      metric: 'l2',
      embedding: null,
      index: {},
      fullText,
    });
    return { store, id, writer: writerOf(store) };
  }

  const DOCUMENTS = ['A school of magic', 'The magical schools', 'Cooking for two', null];

  it('are found by stems, phrases and prefixes', async () => {
    const { store, id, writer } = await opened();
    await writer.write(putting(id, DOCUMENTS));
    expect(await find(store, id, 'magic')).toEqual([0, 1]);
    expect(await find(store, id, '"school of magic"')).toEqual([0]);
    expect(await find(store, id, '"of magic"')).toEqual([0]);
    expect(await find(store, id, '"magic school"')).toEqual([]);
    expect(await find(store, id, 'magica*')).toEqual([1]);
    expect(await find(store, id, '"schools"')).toEqual([1]);
    expect(await find(store, id, 'cooking magic', 'all')).toEqual([]);
    expect(await find(store, id, 'cooking magic', 'any')).toEqual([0, 1, 2]);
    expect(await find(store, id, '???')).toEqual([]);
  });

  it('are of the fields that were asked for, and no phrase reaches from one into the next', async () => {
    const { store, id, writer } = await opened();
    const titles = ['{"title":"Magic"}', '{"title":["Cooking","for all"]}', '{"title":1}', '{}'];
    await writer.write(putting(id, ['at school', null, null, null], titles));
    expect(await find(store, id, 'magic')).toEqual([0]);
    expect(await find(store, id, 'cook')).toEqual([1]);
    expect(await find(store, id, '"school magic"')).toEqual([]);
    expect(await find(store, id, '"cooking for"')).toEqual([]);
  });

  it('follow records that change and go, in the same transaction', async () => {
    const { store, id, writer } = await opened();
    await writer.write(putting(id, DOCUMENTS));
    const slots = Uint32Array.of(0);
    await writer.write({
      ...NOTHING,
      collection: id,
      patches: { slots, documents: ['soup'], metadata: ['{}'] },
    });
    await writer.write({ ...NOTHING, collection: id, removals: Uint32Array.of(1) });
    expect(await find(store, id, 'magic soup')).toEqual([0]);
    const failing = { ...NOTHING, collection: id, removals: Uint32Array.of(0, 1) };
    await expect(writer.write(failing)).rejects.toMatchObject({ code: 'INTERNAL' });
    expect(await find(store, id, 'magic soup')).toEqual([0]);
    expect(await store.check()).toEqual([]);
    await writer.optimizeFullText(id);
    expect(await find(store, id, 'magic soup')).toEqual([0]);
  });

  it('are ranked by BM25, ties by slot, and say what was seen', async () => {
    const { store, id, writer } = await opened();
    const { lastSeq } = await writer.write(putting(id, ['magic', 'magic and more', 'magic', 'more', 'more']));
    const { slots, scores, seq } = await found(store, id, 'magic');
    expect([...slots]).toEqual([0, 2, 1]);
    expect(scores[0]).toBe(scores[1]);
    expect(scores[2]).toBeGreaterThan(0);
    expect(scores[2]).toBeLessThan(scores[1] ?? 0);
    expect(seq).toBe(lastSeq);
  });

  it('are found only where a filter lets them pass, as many as are wanted', async () => {
    const { store, id, writer } = await opened();
    await writer.write(
      putting(
        id,
        Array.from({ length: 100 }, (_, i) => `magic ${i}`),
      ),
    );
    const { terms } = parseQuery(analyzerOf('english'), 'magic', 'any');
    const allowed = Uint32Array.of(0, 0b101, 0);
    const search = { collection: id, terms, match: 'any', limit: 10 } as const;
    expect([...(await store.reader.searchFullText({ ...search, allowed })).slots]).toEqual([32, 34]);
    expect((await store.reader.searchFullText(search)).slots).toHaveLength(10);
    const other = await store.reader.searchFullText({ ...search, allowed: Uint32Array.of(0b10) });
    expect([...other.slots]).toEqual([1]);
  });

  it('that are there already are indexed, and indexed anew in another language', async () => {
    const { store, id, writer } = await opened(undefined);
    await writer.write(
      putting(
        id,
        Array.from({ length: 40 }, (_, i) => `Häuser ${i}`),
      ),
    );
    const told: { records: number; total: number }[] = [];
    await writer.setFullText(id, ENGLISH, (progress) => told.push(progress));
    expect(told.at(-1)).toEqual({ records: 40, total: 40 });
    expect(await find(store, id, 'Haus')).toEqual([]);
    await writer.setFullText(id, { ...ENGLISH, language: 'german' }, () => undefined);
    const { terms } = parseQuery(analyzerOf('german'), 'Haus', 'any');
    const houses = await store.reader.searchFullText({ collection: id, terms, match: 'any', limit: 100 });
    expect(houses.slots).toHaveLength(40);
    expect(store.reader.collections()[0]?.fullText).toEqual({ ...ENGLISH, language: 'german' });
    expect(await store.check()).toEqual([]);
  });

  it('go with their collection', async () => {
    const { store, id, writer } = await opened();
    await writer.write(putting(id, DOCUMENTS));
    await writer.dropCollection(id);
    expect(await find(store, id, 'magic')).toEqual([]);
    expect(await store.check()).toEqual([]);
    await expect(writer.setFullText(id, ENGLISH, () => undefined)).rejects.toMatchObject({
      code: 'COLLECTION_DROPPED',
    });
  });
});

function writerOf(store: Store): StoreWriter {
  if (!store.writer) throw new Error('the test opened the store for writing');
  return store.writer;
}

function putting(
  collection: number,
  documents: readonly (string | null)[],
  metadata: readonly string[] = documents.map(() => '{}'),
): WriteBatch {
  const slots = Uint32Array.from(documents.keys());
  const ids = documents.map((_, slot) => `id ${slot}`);
  const vectors = new Float32Array(documents.length);
  return { ...NOTHING, collection, puts: { slots, ids, vectors, documents, metadata } };
}

function found(
  store: Store,
  collection: number,
  query: string,
  match: 'any' | 'all' = 'any',
): Promise<FullTextFound> {
  const { terms } = parseQuery(analyzerOf('english'), query, match);
  return store.reader.searchFullText({ collection, terms, match, limit: 10 });
}

/** Slots in ascending order. */
async function find(
  store: Store,
  collection: number,
  query: string,
  match?: 'any' | 'all',
): Promise<number[]> {
  const { slots } = await found(store, collection, query, match);
  return [...slots].sort((a, b) => a - b);
}
