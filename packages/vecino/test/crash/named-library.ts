/** What the crash test of named vectors writes: each batch is a function of its number, so that the parent knows it too. */
import type { Collection } from '../../src/api/collection.ts';
import type { Database } from '../../src/api/database.ts';
import { seededRandom } from '../../src/base/random.ts';

export const FIELDS = {
  title: { dimension: 4, index: { family: 'hnsw', M: 4, efConstruction: 20 } },
  image: { dimension: 6, metric: 'l2', index: 'flat' },
} as const;

export type Name = keyof typeof FIELDS;

/** A record, or that it is removed. */
export interface Written {
  readonly id: string;
  /** None where the record goes. */
  readonly names: readonly Name[];
}

export function openNamed(db: Database): Promise<Collection<{ batch: number }>> {
  return db.collection('named', { vectors: FIELDS });
}

/** What the batch of this number, from 1, does to records. */
function batchOf(number: number): readonly Written[] {
  const random = seededRandom(number);
  const ids = new Set(
    Array.from({ length: 1 + Math.floor(random() * 60) }, () => Math.floor(random() * 200)),
  );
  const goes = random() < 0.2;
  return [...ids].map((id) => {
    const names = (['title', 'image'] as const).filter(() => random() < 0.7);
    return { id: `r${id}`, names: goes ? [] : names.length === 0 ? ['title'] : names };
  });
}

/** The vectors of a record that a batch has written. */
export function vectorsOf(number: number, { id, names }: Written): Record<string, Float32Array> {
  const random = seededRandom(number * 1_000 + Number(id.slice(1)));
  const all = Object.entries(FIELDS).map(([name, { dimension }]) => [
    name,
    Float32Array.from({ length: dimension }, () => random() - 0.5),
  ]);
  return Object.fromEntries(all.filter(([name]) => names.some((own) => own === name)));
}

export async function writeBatch(shelf: Collection<{ batch: number }>, number: number): Promise<void> {
  const batch = batchOf(number);
  const puts = batch.filter(({ names }) => names.length > 0);
  if (puts.length === 0) {
    await shelf.remove(batch.map(({ id }) => id));
    return;
  }
  await shelf.upsert(
    puts.map((one) => ({ id: one.id, vectors: vectorsOf(number, one), metadata: { batch: number } })),
  );
}

/** By id what there must be after so many batches: the batch that wrote it last, and its vectors. */
export function stateAfter(batches: number): Map<string, readonly [number, Written]> {
  const state = new Map<string, readonly [number, Written]>();
  for (let number = 1; number <= batches; number++) {
    for (const one of batchOf(number)) {
      if (one.names.length === 0) state.delete(one.id);
      else state.set(one.id, [number, one]);
    }
  }
  return state;
}
