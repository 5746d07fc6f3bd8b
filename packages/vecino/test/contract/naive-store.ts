import type {
  NewCollection,
  RecordChange,
  StoredChange,
  StoredCollection,
  StoredRow,
  WriteBatch,
} from '../../src/storage/store.ts';

interface NaiveCollection {
  stored: StoredCollection;
  readonly records: Map<number, Required<StoredRow>>;
  removals: { readonly seq: number; readonly slot: number }[];
  /** The last of these that were removed, `REMOVALS_KEPT` at most. */
  removed: { readonly seq: number; readonly id: string }[];
  removedForgotten: number;
  forgotten: number;
}

/** How many removed records the store is told to remember. */
export const REMOVALS_KEPT = 5;

/** What a store should be, in maps and loops: the oracle of the contract test. */
export class NaiveStore {
  readonly collections = new Map<number, NaiveCollection>();
  /** The last sequence number given. */
  seq = 0;
  private nextId = 1;

  /** The identity is random: whatever the other store made up. */
  createCollection(collection: NewCollection, identity: string): StoredCollection {
    const stored = { ...collection, id: this.nextId++, identity, seq: ++this.seq };
    this.collections.set(stored.id, {
      stored,
      records: new Map(),
      removals: [],
      forgotten: 0,
      removed: [],
      removedForgotten: stored.seq,
    });
    return stored;
  }

  dropCollection(id: number): void {
    this.collections.delete(id);
  }

  write({ collection: id, removals, moved = new Uint32Array(), puts, patches }: WriteBatch): number {
    const collection = this.get(id);
    for (const slot of removals) {
      const seq = ++this.seq;
      collection.removed.push({ seq, id: collection.records.get(slot)?.id ?? '' });
      collection.records.delete(slot);
      collection.removals.push({ seq, slot });
    }
    for (const slot of moved) {
      collection.records.delete(slot);
      collection.removals.push({ seq: ++this.seq, slot });
    }
    const forgotten =
      removals.length === 0 ? [] : collection.removed.splice(0, collection.removed.length - REMOVALS_KEPT);
    collection.removedForgotten = forgotten.at(-1)?.seq ?? collection.removedForgotten;
    const { dimension } = collection.stored;
    puts.slots.forEach((slot, i) => {
      collection.records.set(slot, {
        slot,
        id: puts.ids[i] ?? '',
        seq: ++this.seq,
        vector: puts.vectors.slice(i * dimension, (i + 1) * dimension),
        document: puts.documents[i] ?? null,
        metadata: puts.metadata[i] ?? '',
        expiresAt: puts.expiries?.[i] ?? null,
      });
    });
    patches.slots.forEach((slot, i) => {
      const record = collection.records.get(slot);
      if (record === undefined) throw new Error('the test patches a free slot');
      collection.records.set(slot, {
        ...record,
        seq: ++this.seq,
        document: patches.documents[i] ?? null,
        metadata: patches.metadata[i] ?? '',
        expiresAt: patches.expiries?.[i] ?? null,
      });
    });
    collection.stored = { ...collection.stored, seq: this.seq };
    return this.seq;
  }

  forgetRemovals(id: number, seq: number): void {
    const collection = this.get(id);
    collection.removals = collection.removals.filter((removal) => removal.seq > seq);
    collection.forgotten = Math.max(collection.forgotten, seq);
  }

  bySlot(id: number): Required<StoredRow>[] {
    return [...this.get(id).records.values()].sort((a, b) => a.slot - b.slot);
  }

  bySeq(id: number): Required<StoredRow>[] {
    return [...this.get(id).records.values()].sort((a, b) => a.seq - b.seq);
  }

  byId(id: number): Required<StoredRow>[] {
    return [...this.get(id).records.values()].sort((a, b) =>
      Buffer.compare(Buffer.from(a.id), Buffer.from(b.id)),
    );
  }

  changes(id: number): StoredChange[] {
    const collection = this.get(id);
    return [
      ...collection.removals.map((removal) => ({ ...removal, removed: true })),
      ...this.bySeq(id).map(({ seq, slot }) => ({ seq, slot, removed: false })),
    ].sort((a, b) => a.seq - b.seq);
  }

  recordChanges(id: number, now: number): RecordChange[] {
    const puts = this.unexpired(id, now).map(({ seq, slot, id }) => ({ seq, slot, id }));
    const removed = this.get(id).removed.map((one) => ({ ...one, slot: undefined }));
    return [...puts, ...removed].sort((a, b) => a.seq - b.seq);
  }

  unexpired(id: number, now: number): Required<StoredRow>[] {
    return this.bySlot(id).filter(({ expiresAt }) => expiresAt === null || expiresAt > now);
  }

  get(id: number): NaiveCollection {
    const collection = this.collections.get(id);
    if (collection === undefined) throw new Error('the test asks for a collection that is gone');
    return collection;
  }
}
