import {
  type NewCollection,
  type RecordChange,
  type StoredChange,
  type StoredCollection,
  type StoredNamespace,
  type StoredRow,
  UNNAMED,
  type WriteBatch,
} from '../../src/storage/store.ts';

interface NaiveCollection {
  stored: StoredCollection;
  readonly records: Map<number, Required<Omit<StoredRow, 'vectors'>>>;
  /** Numbers by name. */
  readonly namespaces: Map<string, number>;
  removals: { readonly seq: number; readonly slot: number }[];
  /** The last of these that were removed, `REMOVALS_KEPT` at most. */
  removed: { readonly seq: number; readonly id: string; readonly namespace: number }[];
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
  private lastNamespace: number = UNNAMED;

  /** The identity is random: whatever the other store made up. */
  createCollection(collection: Omit<NewCollection, 'fields'>, identity: string): StoredCollection {
    const stored = { ...collection, vectorSet: 0, id: this.nextId++, identity, seq: ++this.seq };
    this.collections.set(stored.id, {
      stored,
      records: new Map(),
      namespaces: new Map(),
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

  /** @param namespace the number that the other store gave to the batch's namespace */
  write(
    {
      collection: id,
      namespace: name,
      dropsNamespace,
      removals,
      moved = new Uint32Array(),
      puts,
      patches,
    }: WriteBatch,
    namespace: number,
  ): number {
    const collection = this.get(id);
    if (name !== undefined && puts.slots.length > 0) collection.namespaces.set(name, namespace);
    if (dropsNamespace) collection.namespaces.delete(name ?? '');
    for (const slot of removals) {
      const seq = ++this.seq;
      const record = collection.records.get(slot);
      collection.removed.push({ seq, id: record?.id ?? '', namespace: record?.namespace ?? UNNAMED });
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
        namespace,
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

  bySlot(id: number): Required<Omit<StoredRow, 'vectors'>>[] {
    return [...this.get(id).records.values()].sort((a, b) => a.slot - b.slot);
  }

  bySeq(id: number): Required<Omit<StoredRow, 'vectors'>>[] {
    return [...this.get(id).records.values()].sort((a, b) => a.seq - b.seq);
  }

  byId(id: number): Required<Omit<StoredRow, 'vectors'>>[] {
    return [...this.get(id).records.values()].sort((a, b) => compareTexts(a.id, b.id));
  }

  /** The number of a namespace as it must be, given what the other store says of a new one. */
  numberOf(id: number, name: string | undefined, given: number): number {
    const { namespaces } = this.get(id);
    if (name === undefined) return UNNAMED;
    const known = namespaces.get(name);
    if (known !== undefined) return known;
    if (given <= this.lastNamespace)
      throw new Error(`the number ${given} has been given to another namespace`);
    this.lastNamespace = given;
    return given;
  }

  /** Namespaces by name, with their records. */
  namespaces(id: number): StoredNamespace[] {
    const { namespaces, records } = this.get(id);
    const counts = (number: number) =>
      [...records.values()].filter(({ namespace }) => namespace === number).length;
    return [...namespaces]
      .map(([name, number]) => ({ name, records: counts(number) }))
      .sort((a, b) => compareTexts(a.name, b.name));
  }

  changes(id: number): StoredChange[] {
    const collection = this.get(id);
    return [
      ...collection.removals.map((removal) => ({ ...removal, removed: true })),
      ...this.bySeq(id).map(({ seq, slot }) => ({ seq, slot, removed: false })),
    ].sort((a, b) => a.seq - b.seq);
  }

  recordChanges(id: number, namespace: number, now: number): RecordChange[] {
    const puts = this.unexpired(id, now).flatMap(({ seq, slot, id, ...row }) =>
      row.namespace === namespace ? { seq, slot, id } : [],
    );
    const removed = this.get(id).removed.flatMap(({ seq, id, ...one }) =>
      one.namespace === namespace ? { seq, id, slot: undefined } : [],
    );
    return [...puts, ...removed].sort((a, b) => a.seq - b.seq);
  }

  unexpired(id: number, now: number): Required<Omit<StoredRow, 'vectors'>>[] {
    return this.bySlot(id).filter(({ expiresAt }) => expiresAt === null || expiresAt > now);
  }

  get(id: number): NaiveCollection {
    const collection = this.collections.get(id);
    if (collection === undefined) throw new Error('the test asks for a collection that is gone');
    return collection;
  }
}

function compareTexts(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
