import type { Warning } from '../api/database.ts';
import type { Metric } from '../api/search.ts';
import type { BitSet } from '../base/bit-set.ts';
import type { WorkerPool } from '../kernel/worker-pool.ts';
import {
  type Store,
  type StoredCollection,
  type StoredField,
  type StoredVectors,
  UNNAMED_FIELD,
} from '../storage/store.ts';
import type { CollectionSlots } from './index/collection-slots.ts';
import { LiveIndex } from './index/live-index.ts';
import { storedIndexChoice } from './index-choice.ts';
import { VectorField } from './vector-field.ts';

export interface FieldSurroundings {
  readonly store: Store;
  readonly slots: CollectionSlots;
  readonly pool: WorkerPool;
  /** Fewer slots a segment than a memory holds, for tests. */
  readonly segmentSlots: number | undefined;
  readonly warn: (warning: Warning) => void;
}

/** The vectors of a collection that is being opened, each with its index, which is empty yet. */
export function openFields(
  collection: StoredCollection,
  surroundings: FieldSurroundings,
): readonly VectorField[] {
  const { store } = surroundings;
  let forgotten = 0;
  // The log of removals serves all indexes: it is forgotten as far as none of them needs it.
  const forgetRemovals = async () => {
    const seq = Math.min(...fields.map(({ removalsNeededFrom }) => removalsNeededFrom));
    if (seq <= forgotten) return;
    await store.writer?.forgetRemovals(collection.id, seq);
    forgotten = seq;
  };
  const open = (stored: StoredCollection | StoredField): VectorField => {
    const field: VectorField = openField(collection, stored, surroundings, async (seq) => {
      field.removalsNeededFrom = seq;
      await forgetRemovals();
    });
    return field;
  };
  const fields = collection.fields ? collection.fields.map(open) : [open(collection)];
  return fields;
}

function openField(
  { id, name }: StoredCollection,
  stored: StoredCollection | StoredField,
  { store, slots, pool, segmentSlots, warn }: FieldSurroundings,
  forgetRemovals: (seq: number) => Promise<void>,
): VectorField {
  const named = 'number' in stored ? stored : undefined;
  const number = named?.number ?? UNNAMED_FIELD;
  const openIndex = (vectors: StoredVectors, live: BitSet) =>
    new LiveIndex({
      collection: name,
      field: named?.name,
      slots,
      live,
      identity: identityOf(vectors, number),
      dimension: vectors.dimension,
      metric: vectors.metric as Metric,
      index: storedIndexChoice(name, vectors).structure,
      pool,
      snapshotPath: (segment) => store.snapshotPath(id, segment, number),
      // Of this set, even when it does not count any more: a search may be under way.
      readVectors: (slots) => store.reader.vectorsOfSet(id, vectors.vectorSet, slots),
      segmentSlots,
      readOnly: store.writer === undefined,
      warn,
      forgetRemovals,
    });
  return new VectorField({
    thing: `collection "${name}"`,
    collection: id,
    stored,
    slots,
    openIndex,
    reader: store.reader,
  });
}

/** What snapshots are told apart by: vectors that have taken the place of others have another one. */
function identityOf({ identity, vectorSet }: StoredVectors, field: number): string {
  return vectorSet === field ? identity : `${identity}-${vectorSet}`;
}
