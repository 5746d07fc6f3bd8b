import { describe, expect, it } from 'vitest';
import { openForWriting } from './open-for-writing.ts';
import { ReadConnection } from './read-connection.ts';
import { SqliteReader } from './sqlite-reader.ts';
import { SqliteWriter } from './sqlite-writer.ts';
import type { WriteBatch } from './store.ts';

const DIMENSION = 2;

function memory() {
  const connection = openForWriting(':memory:', undefined);
  const writer = new SqliteWriter(connection);
  const reader = new SqliteReader(new ReadConnection(':memory:', connection));
  const collection = writer.createCollection({
    name: 'books',
    dimension: DIMENSION,
    metric: 'l2',
    embedding: null,
    index: {},
  });
  return { writer, reader, collection };
}

function putting(collection: number, slots: readonly number[]): WriteBatch {
  return {
    collection,
    removals: new Uint32Array(),
    puts: {
      slots: Uint32Array.from(slots),
      ids: slots.map((slot) => `id ${slot}`),
      vectors: new Float32Array(slots.length * DIMENSION),
      documents: slots.map(() => null),
      metadata: slots.map(() => '{}'),
    },
    patches: { slots: new Uint32Array(), documents: [], metadata: [] },
  };
}

function removing(collection: number, slots: readonly number[]): WriteBatch {
  return { ...putting(collection, []), removals: Uint32Array.from(slots) };
}

describe('the writer', () => {
  it('undoes a batch wholly where one change fails, and goes on', () => {
    const { writer, reader, collection } = memory();
    writer.write(putting(collection.id, [0, 1]));
    const overlapping = { ...putting(collection.id, [2, 3, 1]), removals: Uint32Array.of(0) };
    expect(() => writer.write(overlapping)).toThrow(expect.objectContaining({ code: 'INTERNAL' }));
    expect([...reader.occupiedSlots(collection.id, -1, 10).slots]).toEqual([0, 1]);
    expect(reader.changesSince(collection.id, 0, 10)).toHaveLength(2);
    expect(writer.write(putting(collection.id, [2]))).toMatchObject({ lastSeq: 4 });
  });

  it('never gives a sequence number again, whatever is removed or dropped', () => {
    const { writer, collection } = memory();
    const { lastSeq } = writer.write(putting(collection.id, [0]));
    expect(writer.write(removing(collection.id, [0])).lastSeq).toBe(lastSeq + 1);
    writer.forgetRemovals(collection.id, lastSeq + 1);
    writer.dropCollection(collection.id);
    const next = writer.createCollection({ ...collection, name: 'films' });
    expect(next.seq).toBe(lastSeq + 2);
    expect(next.id).toBeGreaterThan(collection.id);
  });

  it('keeps names apart', () => {
    const { writer, reader, collection } = memory();
    expect(() => writer.createCollection(collection)).toThrow(
      expect.objectContaining({ code: 'COLLECTION_EXISTS' }),
    );
    expect(reader.collections()).toHaveLength(1);
    writer.dropCollection(collection.id);
    const again = writer.createCollection(collection);
    expect(again.name).toBe('books');
    expect(again.identity).not.toBe(collection.identity);
  });

  it('refuses to change a collection that is gone', () => {
    const { writer, collection } = memory();
    writer.dropCollection(collection.id);
    const gone = expect.objectContaining({ code: 'COLLECTION_DROPPED' });
    expect(() => writer.write(putting(collection.id, [0]))).toThrow(gone);
    expect(() => writer.forgetRemovals(collection.id, 0)).toThrow(gone);
    expect(() => writer.dropCollection(collection.id)).toThrow(gone);
  });

  it.each([
    ['removes a free slot', (id: number) => removing(id, [5])],
    [
      'has fewer ids than slots',
      (id: number) => {
        const batch = putting(id, [5]);
        return { ...batch, puts: { ...batch.puts, ids: [] } };
      },
    ],
    [
      'has vectors of another dimension',
      (id: number) => {
        const batch = putting(id, [5]);
        return { ...batch, puts: { ...batch.puts, vectors: new Float32Array(3) } };
      },
    ],
    [
      'patches a free slot',
      (id: number) => ({
        ...putting(id, []),
        patches: { slots: Uint32Array.of(5), documents: [null], metadata: ['{}'] },
      }),
    ],
  ])('refuses a batch that %s, and writes nothing', (_, batchOf) => {
    const { writer, reader, collection } = memory();
    writer.write(putting(collection.id, [0]));
    expect(() => writer.write(batchOf(collection.id))).toThrow(expect.objectContaining({ code: 'INTERNAL' }));
    expect(reader.changesSince(collection.id, 0, 10)).toHaveLength(1);
  });

  it('undoes a batch that was left half-sent when the next one comes', () => {
    const { writer, reader, collection } = memory();
    writer.begin({ collection: collection.id });
    writer.append(putting(collection.id, [0, 1]));
    writer.write(putting(collection.id, [7]));
    expect([...reader.occupiedSlots(collection.id, -1, 10).slots]).toEqual([7]);
  });
});
