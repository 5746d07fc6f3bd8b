import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { slicesOf } from './batch-slices.ts';
import type { WriteBatch } from './store.ts';

const DIMENSION = 3;

const texts = fc.string({ maxLength: 40 });
const documents = fc.option(texts);
const expiry = fc.option(fc.nat());

const batches: fc.Arbitrary<WriteBatch> = fc
  .record({
    removals: fc.array(fc.nat(1_000), { maxLength: 30 }),
    moved: fc.array(fc.nat(1_000), { maxLength: 30 }),
    puts: fc.array(fc.tuple(fc.nat(1_000), texts, documents, texts, expiry), { maxLength: 30 }),
    patches: fc.array(fc.tuple(fc.nat(1_000), documents, texts, expiry), { maxLength: 30 }),
  })
  .map(({ removals, moved, puts, patches }) => ({
    collection: 5,
    removals: Uint32Array.from(removals),
    moved: Uint32Array.from(moved),
    puts: {
      slots: Uint32Array.from(puts, ([slot]) => slot),
      ids: puts.map(([, id]) => id),
      vectors: Float32Array.from({ length: puts.length * DIMENSION }, (_, i) => i),
      documents: puts.map(([, , document]) => document),
      metadata: puts.map(([, , , metadata]) => metadata),
      expiries: puts.map(([, , , , at]) => at),
    },
    patches: {
      slots: Uint32Array.from(patches, ([slot]) => slot),
      documents: patches.map(([, document]) => document),
      metadata: patches.map(([, , metadata]) => metadata),
      expiries: patches.map(([, , , at]) => at),
    },
  }));

describe('slices of a batch', () => {
  it('are, one after another, the batch, whatever their size', () => {
    fc.assert(
      fc.property(batches, fc.integer({ min: 1, max: 2_000 }), (batch, bytesMax) => {
        expect(joined([...slicesOf(batch, bytesMax)])).toEqual(joined([batch]));
      }),
    );
  });

  it('come in the order removals, moved, puts, patches', () => {
    fc.assert(
      fc.property(batches, (batch) => {
        const order = [...slicesOf(batch, 200)].map(({ removals, moved = [], puts }) =>
          removals.length > 0 ? 0 : moved.length > 0 ? 1 : puts.slots.length > 0 ? 2 : 3,
        );
        expect(order).toEqual([...order].sort());
      }),
    );
  });

  it('are as small as asked for, but never smaller than a record', () => {
    const count = 100;
    const batch = batchOf(count);
    const sizes = [...slicesOf(batch, 10 * (128 + DIMENSION * 4))].map(({ puts }) => puts.slots.length);
    expect(sizes).toEqual(Array(10).fill(10));
    expect([...slicesOf(batch, 1)]).toHaveLength(count);
  });

  it('own their memory, also where the batch lies in shared memory', () => {
    const shared = new Float32Array(new SharedArrayBuffer(4 * DIMENSION * 2));
    const batch = batchOf(2);
    for (const slice of slicesOf({ ...batch, puts: { ...batch.puts, vectors: shared } }, 1)) {
      expect(slice.puts.vectors.buffer).toBeInstanceOf(ArrayBuffer);
      expect(slice.puts.vectors.buffer.byteLength).toBe(4 * DIMENSION);
    }
  });
});

function batchOf(count: number): WriteBatch {
  return {
    collection: 1,
    removals: new Uint32Array(),
    puts: {
      slots: Uint32Array.from({ length: count }, (_, i) => i),
      ids: Array.from({ length: count }, (_, i) => `${i}`),
      vectors: new Float32Array(count * DIMENSION),
      documents: Array(count).fill(null),
      metadata: Array(count).fill(''),
    },
    patches: { slots: new Uint32Array(), documents: [], metadata: [] },
  };
}

function joined(slices: readonly WriteBatch[]) {
  return {
    removals: slices.flatMap(({ removals }) => [...removals]),
    moved: slices.flatMap(({ moved }) => [...(moved ?? [])]),
    slots: slices.flatMap(({ puts }) => [...puts.slots]),
    ids: slices.flatMap(({ puts }) => puts.ids),
    vectors: slices.flatMap(({ puts }) => [...puts.vectors]),
    documents: slices.flatMap(({ puts }) => puts.documents),
    metadata: slices.flatMap(({ puts }) => puts.metadata),
    expiries: slices.flatMap(({ puts }) => puts.expiries ?? []),
    patchedSlots: slices.flatMap(({ patches }) => [...patches.slots]),
    patchedDocuments: slices.flatMap(({ patches }) => patches.documents),
    patchedMetadata: slices.flatMap(({ patches }) => patches.metadata),
    patchedExpiries: slices.flatMap(({ patches }) => patches.expiries ?? []),
  };
}
