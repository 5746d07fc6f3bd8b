import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Collection } from '../../src/api/collection.ts';
import type { ReembedProgress } from '../../src/api/reembed.ts';
import type { SearchQuery } from '../../src/api/search.ts';
import { INDEXES, openDatabase } from '../contract/collection-fixture.ts';
import { HashedTexts } from '../contract/hashed-texts.ts';
import { temporaryFolder } from '../temporary-folder.ts';

interface Note {
  readonly text: string;
  readonly metadata: { readonly n: number };
}
type Notes = Map<string, Note>;

/** How a move to another model ends before its time, and what is written until the next. */
interface Interruption {
  readonly by: 'signal' | 'model' | 'closing' | ReembedProgress['stage'];
  /** After so many texts, where it is not the beginning of a stage. */
  readonly after: number;
  readonly writes: readonly Write[];
}

interface Write {
  readonly do: 'put' | 'note' | 'remove';
  readonly id: string;
  readonly n: number;
}

/** Some more than are embedded in one go, and than the automatic choice takes for few. */
const RECORDS_MAX = 400;

const write: fc.Arbitrary<Write> = fc.record({
  do: fc.constantFrom('put', 'note', 'remove'),
  id: fc.nat(RECORDS_MAX + 20).map((n) => `r${n}`),
  n: fc.nat(9),
});
const interruption: fc.Arbitrary<Interruption> = fc.record({
  by: fc.constantFrom('signal', 'model', 'closing', 'embedding', 'indexing', 'clearing'),
  after: fc.nat(RECORDS_MAX),
  writes: fc.array(write, { maxLength: 12 }),
});

/** No two records have the same text, so that each is the nearest to its own vector alone. */
const noteOf = (id: string, n: number): Note => ({ text: `${id} says ${n}`, metadata: { n } });

async function apply(collection: Collection<{ n: number }>, notes: Notes, { do: what, id, n }: Write) {
  const old = notes.get(id);
  if (what === 'remove') {
    await collection.remove(id);
    notes.delete(id);
  } else if (what === 'put' || !old) {
    const note = noteOf(id, n);
    await collection.upsert([{ id, document: note.text, metadata: note.metadata }]);
    notes.set(id, note);
  } else {
    await collection.update([{ id, metadata: { n } }]);
    notes.set(id, { ...old, metadata: { n } });
  }
}

/** Every record is found by the vector that the model makes of its text, with its text and its metadata. */
async function expectMoved(collection: Collection<{ n: number }>, notes: Notes, model: HashedTexts) {
  expect((await collection.describe()).embedding?.name).toBe(model.name);
  expect(await collection.count()).toBe(notes.size);
  const wanted = [...notes];
  const queries = wanted.map(
    ([, { text }]): SearchQuery<{ n: number }> => ({
      vector: model.vectorOf(text),
      k: 1,
      exact: true,
      include: ['vector', 'document', 'metadata'],
    }),
  );
  const answers = queries.length === 0 ? [] : await collection.searchMany(queries);
  const found = answers.map(([hit]) => [
    hit?.id,
    { text: hit?.document, metadata: hit?.metadata, vector: hit?.vector },
  ]);
  const expected = wanted.map(([id, note]) => [id, { ...note, vector: model.vectorOf(note.text) }]);
  expect(found).toEqual(expected);
  expect((await collection.check()).problems).toEqual([]);
}

/** Moves the collection and interrupts it; what it ends with is the interruption or nothing. */
async function interrupted(
  collection: Collection<{ n: number }>,
  model: HashedTexts,
  { by, after }: Interruption,
  close: () => Promise<void>,
): Promise<void> {
  const ending = new AbortController();
  const limit = model.asked + after;
  let closing: Promise<void> | undefined;
  model.before = () => {
    if (model.asked < limit) return;
    if (by === 'signal') ending.abort();
    if (by === 'model') throw new Error('no connection');
    if (by === 'closing') closing ??= close();
  };
  const end = await collection
    .reembed({
      embedding: model,
      metric: 'l2',
      signal: ending.signal,
      onProgress: ({ stage }) => {
        if (stage === by) ending.abort();
      },
    })
    .catch((error: unknown) => (error as { readonly code?: unknown }).code);
  model.before = () => undefined;
  await closing;
  expect([true, false, 'CANCELLED', 'EMBEDDING_FAILED', 'DATABASE_CLOSED']).toContain(end);
}

it('a collection that moves to another model loses nothing, however often it is interrupted', {
  timeout: 60_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: RECORDS_MAX }),
      fc.constantFrom('flat', 'hnsw', 'auto'),
      fc.array(interruption, { maxLength: 4 }),
      async (count, family, interruptions) => {
        const location = temporaryFolder();
        const [old, next] = [new HashedTexts('old', 5), new HashedTexts('next', 7)];
        const notes: Notes = new Map();
        let database = await openDatabase({ place: 'folder' }, location);
        const index = INDEXES[family];
        let collection: Collection<{ n: number }> = await database.createCollection('notes', {
          ...{ embedding: old, index },
        });
        for (let i = 0; i < count; i++) notes.set(`r${i}`, noteOf(`r${i}`, i % 7));
        const records = Array.from(notes, ([id, { text, metadata }]) => ({ id, document: text, metadata }));
        if (count > 0) await collection.add(records);
        for (const one of interruptions) {
          await interrupted(collection, next, one, () => database.close());
          if (one.by === 'closing') {
            await database.close();
            database = await openDatabase({ place: 'folder' }, location);
            const [described] = await database.listCollections();
            const embedding = described?.embedding?.name === next.name ? next : old;
            collection = await database.openCollection('notes', { embedding });
          }
          for (const each of one.writes) await apply(collection, notes, each);
        }
        await collection.reembed({ embedding: next, metric: 'l2' });
        await expectMoved(collection, notes, next);
        await database.close();
      },
    ),
    { numRuns: 5 },
  );
});
