import { describe, expect, it } from 'vitest';
import type { Collection, ReembedProgress } from '../../src/index.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { expectExact, INDEXES, openDatabase } from './collection-fixture.ts';
import { HashedTexts } from './hashed-texts.ts';

const RECORDS = 600;
/** Each family once, under metrics in turn: what a family makes of a metric others look into. */
const MOVES = [
  { family: 'flat', metric: 'dot' },
  { family: 'hnsw', metric: 'cosine' },
  { family: 'ivf', metric: 'l2' },
  { family: 'pq', metric: 'dot' },
  { family: 'lsh', metric: 'cosine' },
  { family: 'auto', metric: 'l2' },
] as const;

const models = () => ({ before: new HashedTexts('before', 8), after: new HashedTexts('after', 12) });

function textsOf(from: number, to: number) {
  return Array.from({ length: to - from }, (_, i) => ({
    id: `r${from + i}`,
    document: `text ${from + i}`,
    metadata: { ordinal: from + i },
  }));
}

/** Expects each text to be found by the vectors of the model, among those of the ids alone. */
async function expectModel(
  collection: Collection,
  model: HashedTexts,
  documents: ReadonlyMap<string, string>,
): Promise<void> {
  const vectors = new Map([...documents].map(([id, text]) => [id, model.vectorOf(text)]));
  for (const text of ['text 7', 'text 300', 'never seen']) {
    const hits = await collection.search({ text, k: 10, exact: true, include: [] });
    expectExact(hits, collection.metric, model.vectorOf(text), vectors, 10);
  }
  expect(collection.dimension).toBe(model.dimension);
  expect(await collection.count()).toBe(documents.size);
  expect((await collection.check()).problems).toEqual([]);
}

const documentsOf = (from: number, to: number) =>
  new Map(textsOf(from, to).map(({ id, document }) => [id, document]));

describe.each(MOVES)('moving to another model, $family under $metric', ({ family, metric }) => {
  it('ends with its vectors, their dimension and their metric, there after opening again', async () => {
    const folder = temporaryFolder();
    const db = await openDatabase({ place: 'folder' }, folder);
    const { before, after } = models();
    const notes = await db.createCollection('notes', { embedding: before, metric: 'l2', index: 'flat' });
    await notes.add(textsOf(0, RECORDS));
    const { seq } = await notes.stats();
    const stages = new Set<ReembedProgress['stage']>();
    const changed = await notes.reembed({
      ...{ embedding: after, metric, index: INDEXES[family] },
      onProgress: ({ stage }) => stages.add(stage),
    });
    expect(changed).toBe(true);
    expect([...stages]).toEqual(['embedding', 'indexing', 'clearing']);
    await notes.flush();
    await expectModel(notes, after, documentsOf(0, RECORDS));
    expect(await notes.describe()).toMatchObject({
      ...{ dimension: 12, metric, embedding: { name: 'after', dimension: 12 }, records: RECORDS },
      index: { family },
    });
    expect(await notes.describe()).not.toHaveProperty('reembedding');
    // No record has changed.
    expect((await notes.stats()).seq).toBe(seq);
    expect((await notes.get('r5', ['vector']))?.vector).toEqual(after.vectorOf('text 5'));
    await notes.add(textsOf(RECORDS, RECORDS + 10));
    await notes.remove(['r1']);
    const documents = documentsOf(0, RECORDS + 10);
    documents.delete('r1');
    await expectModel(notes, after, documents);
    await db.close();

    const again = await openDatabase({ place: 'folder' }, folder);
    await expect(again.openCollection('notes', { embedding: before })).rejects.toMatchObject({
      code: 'EMBEDDING_MISMATCH',
    });
    const reopened = await again.openCollection('notes', { embedding: after });
    await expectModel(reopened, after, documents);
    expect(await reopened.reembed({ embedding: after })).toBe(false);
  });
});

describe.each(['folder', ':memory:'] as const)('moving to another model, %s', (place) => {
  it('answers by the old vectors until the exchange, and sees what is written meanwhile', async () => {
    const db = await openDatabase({ place });
    const { before, after } = models();
    const notes = await db.createCollection('notes', { embedding: before, metric: 'l2' });
    await notes.add(textsOf(0, RECORDS));
    const documents = documentsOf(0, RECORDS);
    let isOver = false;
    const moving = notes.reembed({ embedding: after }).finally(() => (isOver = true));
    let next = RECORDS;
    while (!isOver && next < 3 * RECORDS) {
      const [one, other] = textsOf(next, next + 2);
      const changed = `r${next - RECORDS}`;
      const removed = `r${next - RECORDS + 1}`;
      await notes.add([one, other].filter((record) => record !== undefined));
      await notes.upsert([{ id: changed, document: `new ${next}` }]);
      await notes.remove(removed);
      documents.set(`r${next}`, `text ${next}`).set(`r${next + 1}`, `text ${next + 1}`);
      documents.set(changed, `new ${next}`).delete(removed);
      for (const text of [`new ${next}`, `text ${next}`]) {
        const [own] = await notes.search({ text, k: 1, exact: true, include: ['document'] });
        expect(own?.document).toBe(text);
      }
      const found = await notes.search({ id: `r${next}`, k: 3 });
      expect(found).toHaveLength(3);
      next += 2;
    }
    expect(await moving).toBe(true);
    expect(next).toBeGreaterThan(RECORDS);
    await expectModel(notes, after, documents);
  });

  it('gives a patched record the vector of its present text', async () => {
    const db = await openDatabase({ place });
    const { before, after } = models();
    const notes = await db.createCollection('notes', { embedding: before });
    await notes.add(textsOf(0, 300));
    const same = (await notes.get('r0', ['vector']))?.vector ?? [];
    let patched = false;
    after.before = async () => {
      if (patched) return;
      patched = true;
      // Its slot and its old vector stay; its text does not.
      await notes.upsert([{ id: 'r0', vector: same, document: 'text of today' }]);
    };
    await notes.reembed({ embedding: after });
    await expectModel(notes, after, documentsOf(0, 300).set('r0', 'text of today'));
  });

  it('goes on where it was ended, and drops what was begun for a model that nobody wants any more', async () => {
    const db = await openDatabase({ place }, undefined, { embeddingCacheBytesMax: 0 });
    const { before, after } = models();
    const notes = await db.createCollection('notes', { embedding: before });
    await notes.add(textsOf(0, RECORDS));
    const ending = new AbortController();
    after.before = () => after.asked > 256 && ending.abort();
    const ended = notes.reembed({ embedding: after, signal: ending.signal });
    await expect(ended).rejects.toMatchObject({ code: 'CANCELLED' });
    after.before = () => undefined;
    expect((await notes.describe()).reembedding).toEqual({
      ...{ embedding: { name: 'after', dimension: 12 }, metric: 'cosine', records: after.asked },
    });
    await expectModel(notes, before, documentsOf(0, RECORDS));
    const seen: number[] = [];
    const first = after.asked;
    expect(first).toBeLessThan(RECORDS);
    await notes.reembed({ embedding: after, onProgress: ({ records }) => seen.push(records) });
    expect(seen[0]).toBe(first);
    expect(after.asked).toBe(RECORDS);
    await expectModel(notes, after, documentsOf(0, RECORDS));

    const third = new HashedTexts('third', 4);
    third.before = () => {
      throw new Error('no connection');
    };
    await expect(notes.reembed({ embedding: third })).rejects.toMatchObject({ code: 'EMBEDDING_FAILED' });
    expect((await notes.describe()).reembedding).toMatchObject({ records: 0 });
    expect(await notes.reembed({ embedding: after })).toBe(false);
    expect((await notes.describe()).reembedding).toBeUndefined();
    await expectModel(notes, after, documentsOf(0, RECORDS));
  });

  it('embeds a write anew that was under way at the exchange', async () => {
    const db = await openDatabase({ place });
    const { before, after } = models();
    const notes = await db.createCollection('notes', { embedding: before, metric: 'l2' });
    await notes.add(textsOf(0, 50));
    let resume: (() => void) | undefined;
    const held = new Promise<void>((resolve) => (resume = resolve));
    before.before = () => held;
    const adding = notes.add([{ id: 'late', document: 'late' }]);
    const searching = notes.search({ text: 'never asked before', k: 1, exact: true });
    await notes.reembed({ embedding: after });
    resume?.();
    await adding;
    expect((await notes.get('late', ['vector']))?.vector).toEqual(after.vectorOf('late'));
    const [hit] = await searching;
    const [now] = await notes.search({ text: 'never asked before', k: 1, exact: true });
    expect(hit?.score).toBe(now?.score);
    await expectModel(notes, after, documentsOf(0, 50).set('late', 'late'));
  });

  it('moves a collection of records in namespaces, with expiry, wholly', async () => {
    const db = await openDatabase({ place });
    const { before, after } = models();
    const notes = await db.createCollection('notes', { embedding: before, fullText: true });
    await notes.add(textsOf(0, 20));
    const acme = notes.namespace('acme');
    await acme.add(textsOf(0, 30).map((record) => ({ ...record, ttl: 3_600 })));
    await notes.reembed({ embedding: after });
    const [hit] = await acme.search({ text: 'text 29', k: 1, exact: true, include: ['expiresAt'] });
    expect(hit).toMatchObject({ id: 'r29' });
    expect(hit?.expiresAt).toBeInstanceOf(Date);
    expect(await acme.search({ text: 'text 3', k: 50, filter: { ordinal: { $lt: 5 } } })).toHaveLength(5);
    await expectModel(notes, after, documentsOf(0, 20));
  });

  it('refuses records without a text before anything is embedded', async () => {
    const db = await openDatabase({ place });
    const { before, after } = models();
    const notes = await db.createCollection('notes', { embedding: before });
    await notes.add(textsOf(0, 30));
    await notes.add(
      Array.from({ length: 12 }, (_, i) => ({ id: `bare ${i}`, vector: before.vectorOf(`${i}`) })),
    );
    const refused = {
      code: 'TEXT_MISSING',
      message: expect.stringMatching(
        /12 records have a vector and no document.*"bare 0".*and \d+ more; give them one/,
      ),
      details: { count: 12 },
    };
    // What cannot be done costs nothing.
    await expect(notes.estimateReembed({ embedding: after })).rejects.toMatchObject(refused);
    await expect(notes.reembed({ embedding: after })).rejects.toMatchObject(refused);
    expect(after.asked).toBe(0);
    await notes.update(Array.from({ length: 12 }, (_, i) => ({ id: `bare ${i}`, document: `${i}` })));
    expect(await notes.reembed({ embedding: after })).toBe(true);
  });

  it('gives a model to a collection that had none, and space back', async () => {
    const db = await openDatabase({ place });
    const { after } = models();
    const notes = await db.createCollection('notes', { dimension: 512, metric: 'l2' });
    const bulky = new HashedTexts('bulky', 512);
    await notes.add(textsOf(0, 500).map((record) => ({ ...record, vector: bulky.vectorOf(record.id) })));
    await notes.compact();
    const { storeBytes } = (await notes.stats()).disk;
    await notes.reembed({ embedding: after });
    await expectModel(notes, after, documentsOf(0, 500));
    expect((await notes.stats()).disk.storeBytes).toBeLessThan(storeBytes - 400 * 512 * 4);
  });
});

describe('moving one of several named vectors', () => {
  it('leaves the others, and records without it without it', async () => {
    const folder = temporaryFolder();
    const db = await openDatabase({ place: 'folder' }, folder);
    const { before, after } = models();
    const titles = new HashedTexts('titles', 6);
    const notes = await db.createCollection('notes', {
      vectors: { title: { embedding: titles, text: 'title', metric: 'dot' }, body: { embedding: before } },
    });
    await notes.add(
      textsOf(0, 200).map(({ id, document }, i) => ({
        ...(i % 2 === 0 ? { document } : {}),
        ...{ id, metadata: { title: `title ${i}` } },
      })),
    );
    await expect(notes.reembed({ embedding: after })).rejects.toMatchObject({ code: 'FIELD_REQUIRED' });
    expect(await notes.reembed({ embedding: after, field: 'body' })).toBe(true);
    const newTitles = new HashedTexts('titles 2', 5);
    expect(await notes.reembed({ embedding: newTitles, field: 'title', metric: 'l2' })).toBe(true);
    const check = async (collection: Collection) => {
      expect((await collection.check()).problems).toEqual([]);
      const { vectors } = await collection.describe();
      expect(vectors).toMatchObject({
        title: { dimension: 5, metric: 'l2', text: 'title', records: 200, embedding: { name: 'titles 2' } },
        body: {
          dimension: 12,
          metric: 'cosine',
          text: 'document',
          records: 100,
          embedding: { name: 'after' },
        },
      });
      expect(Object.keys(vectors ?? {})).toEqual(['title', 'body']);
      const [title] = await collection.search({ text: 'title 33', field: 'title', k: 1, exact: true });
      expect(title?.id).toBe('r33');
      const [body] = await collection.search({ text: 'text 34', field: 'body', k: 1, exact: true });
      expect(body?.id).toBe('r34');
      expect(await collection.search({ text: 'text 34', field: 'body', k: 200 })).toHaveLength(100);
    };
    await check(notes);
    await notes.upsert([{ id: 'r33', document: 'now with a body', metadata: { title: 'title 33' } }]);
    await notes.upsert([{ id: 'r33', metadata: { title: 'title 33' } }]);
    await check(notes);
    await db.close();
    const again = await openDatabase({ place: 'folder' }, folder);
    const vectors = { title: { embedding: newTitles }, body: { embedding: after } };
    await check(await again.openCollection('notes', { vectors }));
  });
});

describe('an estimate', () => {
  it('tells what is left, and is not wasted', async () => {
    const db = await openDatabase({ place: 'folder' });
    const { before, after } = models();
    const notes = await db.createCollection('notes', { embedding: before });
    expect(await notes.estimateReembed({ embedding: after })).toMatchObject({
      records: 0,
      texts: 0,
      seconds: 0,
    });
    await notes.add(textsOf(0, RECORDS));
    const estimate = await notes.estimateReembed({ embedding: after });
    expect(estimate).toMatchObject({
      records: RECORDS,
      texts: RECORDS,
      sampled: 64,
      vectorBytes: RECORDS * 12 * 4,
    });
    expect(estimate.characters / RECORDS).toBeGreaterThan(6);
    expect(estimate.characters / RECORDS).toBeLessThanOrEqual(8);
    expect(estimate.tokens / RECORDS).toBe(2);
    expect(estimate.seconds).toBeGreaterThan(0);
    expect(after.asked).toBe(64);
    expect((await notes.describe()).reembedding).toBeUndefined();
    await notes.reembed({ embedding: after });
    expect(after.asked).toBe(RECORDS);
    expect(await notes.estimateReembed({ embedding: after })).toMatchObject({
      texts: 0,
      sampled: 0,
      vectorBytes: 0,
    });
  });
});

describe('a process that reads beside the move', () => {
  it('answers by the old vectors, then by the new ones, and asks for the new model', async () => {
    const folder = temporaryFolder();
    const db = await openDatabase({ place: 'folder' }, folder);
    const { before, after } = models();
    const index = { family: 'hnsw', originals: 'disk' } as const;
    const shelf = await db.createCollection('shelf', { embedding: before, metric: 'l2', index });
    await shelf.add(textsOf(0, RECORDS));
    const reader = await openDatabase({ place: 'folder' }, folder, { readOnly: true });
    const seen = await reader.openCollection('shelf', { embedding: before });
    const ask = async (text: string, model: HashedTexts) => {
      const query = { vector: model.vectorOf(text), k: 1, exact: true, include: ['document'] } as const;
      return (await seen.search(query)).map(({ document }) => document);
    };
    expect(await ask('text 5', before)).toEqual(['text 5']);
    let isOver = false;
    const moving = shelf.reembed({ embedding: after }).finally(() => (isOver = true));
    const answers = new Set<string>();
    while (!isOver) {
      const answer = await ask('text 6', before).catch(({ code }: { code: string }) => [code]);
      answers.add(answer.join());
    }
    await moving;
    expect([...answers].filter((answer) => !['text 6', 'DIMENSION_MISMATCH'].includes(answer))).toEqual([]);
    expect(await ask('text 7', after)).toEqual(['text 7']);
    expect(seen.dimension).toBe(12);
    await expect(seen.search({ text: 'text 8' })).rejects.toMatchObject({
      code: 'EMBEDDING_MISSING',
      message: expect.stringContaining('open it with'),
    });
    await shelf.upsert([{ id: 'r9', document: 'later' }]);
    expect(await ask('later', after)).toEqual(['later']);
    await reader.openCollection('shelf', { embedding: after });
    const [hit] = await seen.search({ text: 'text 10', k: 1, exact: true });
    expect(hit?.id).toBe('r10');
    expect((await seen.check()).problems).toEqual([]);
  });
});
