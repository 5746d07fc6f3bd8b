import type { EmbeddingFunction } from '../api/embedding.ts';
import type { Metric } from '../api/search.ts';
import { present } from '../base/assert.ts';
import { Bell } from '../base/bell.ts';
import { VecinoError } from '../base/errors.ts';
import { Mutex } from '../base/mutex.ts';
import { quoted } from '../base/options.ts';
import { TimeSlice } from '../base/time-slice.ts';
import type { Matches } from '../filter/answers.ts';
import type { Predicate } from '../filter/predicate.ts';
import {
  type FullTextSettings,
  type Store,
  type StoredCollection,
  type StoreWriter,
  UNNAMED,
} from '../storage/store.ts';
import { readVector } from '../vector/read-vector.ts';
import { Expiry } from './expiry/expiry.ts';
import type { ExpiredRemoval } from './expiry/removal.ts';
import type { CollectionSlots } from './index/collection-slots.ts';
import type { LiveIndex } from './index/live-index.ts';
import type { MetadataFilter } from './metadata-filter.ts';
import { type NamespaceSlots, NOWHERE } from './namespace-slots.ts';
import type { RecallWatch } from './recall/recall-watch.ts';
import type { TextEmbedder } from './text-embedder.ts';

/** What changes while a collection is open. */
interface Course {
  stored: StoredCollection;
  embedding: EmbeddingFunction | undefined;
  fullText: FullTextSettings | undefined;
  ended: 'closed' | 'dropped' | undefined;
  showing: Promise<void> | undefined;
  recallWatch: RecallWatch | undefined;
}

/**
 * What the parts of an open collection share, seen from outside of its namespaces or from within one of them: ids,
 * counts and `allowed` are those of the namespace, all else is the collection's. Views of namespaces inherit from the
 * state itself, so what changes must lie in the course of the collection, never in a field.
 */
export class CollectionState {
  /** The namespace that this is a view of. */
  readonly namespaceName: string | undefined;
  readonly store: Store;
  readonly slots: CollectionSlots;
  readonly index: LiveIndex;
  readonly filter: MetadataFilter;
  readonly namespaces: NamespaceSlots;
  readonly expiry: Expiry;
  /** Makes vectors of texts. */
  readonly embedder: TextEmbedder;
  /** Only where this process writes. */
  removal: ExpiredRemoval | undefined;
  /** Writes of this collection, one after another. */
  readonly writes = new Mutex();
  /**
   * Quick answers come without a turn of the event loop, so a program that asks one thing after another, or
   * many at once, would starve everything else: reads pause for a turn now and then.
   */
  readonly turns = new TimeSlice();
  /** Ids by slot, as far as answers have needed them. */
  readonly ids: (string | undefined)[] = [];
  /** Rings when changes have been shown to index and filters, and when the collection has ended. */
  readonly shown = new Bell();
  private readonly course: Course;

  /** @param clock milliseconds since 1970 */
  constructor(
    stored: StoredCollection,
    store: Store,
    index: LiveIndex,
    filter: MetadataFilter,
    namespaces: NamespaceSlots,
    clock: () => number,
    embedder: TextEmbedder,
  ) {
    this.embedder = embedder;
    this.course = {
      stored,
      embedding: undefined,
      fullText: undefined,
      ended: undefined,
      showing: undefined,
      recallWatch: undefined,
    };
    this.namespaceName = undefined;
    this.store = store;
    this.slots = index.slots;
    this.index = index;
    this.filter = filter;
    this.expiry = new Expiry(
      {
        id: stored.id,
        reader: store.reader,
        seen: () => this.slots.seen,
        hide: (slot) => this.hide(slot),
      },
      clock,
    );
    this.namespaces = namespaces;
  }

  /** The collection as one of its namespaces sees it. */
  within(namespaceName: string): CollectionState {
    return Object.create(this, { namespaceName: { value: namespaceName } }) as CollectionState;
  }

  /** As the store had it when the collection was opened, but for the options of the index. */
  get stored(): StoredCollection {
    return this.course.stored;
  }

  set stored(stored: StoredCollection) {
    this.course.stored = stored;
  }

  get embedding(): EmbeddingFunction | undefined {
    return this.course.embedding;
  }

  set embedding(embedding: EmbeddingFunction | undefined) {
    this.course.embedding = embedding;
  }

  /** Who measures the recall of queries, if anybody wants that. */
  get recallWatch(): RecallWatch | undefined {
    return this.course.recallWatch;
  }

  set recallWatch(watch: RecallWatch | undefined) {
    this.course.recallWatch = watch;
  }

  /** How texts are indexed, if they are. */
  get fullText(): FullTextSettings | undefined {
    return this.course.fullText;
  }

  set fullText(fullText: FullTextSettings | undefined) {
    this.course.fullText = fullText;
  }

  /** The number by which the store knows the namespace at this moment. */
  get namespace(): number {
    if (this.namespaceName === undefined) return UNNAMED;
    return this.store.reader.namespaceNumber(this.id, this.namespaceName) ?? NOWHERE;
  }

  /** Records of the namespace that have not expired. */
  get count(): number {
    return this.store.reader.count(this.id, { namespace: this.namespace, now: this.expiry.now() });
  }

  /** Makes what `allowed` reads. */
  async prepare(predicate: Predicate | undefined): Promise<void> {
    if (predicate) await this.filter.prepare(predicate);
    await this.namespaces.prepare(this.namespace);
  }

  /**
   * The live slots of the namespace whose metadata match; undefined where these are all that are live. Everything
   * that answers with records must keep to them. Await `prepare` before.
   */
  allowed(predicate: Predicate | undefined): Matches | undefined {
    const { namespace } = this;
    const inside = this.namespaces.matches(namespace);
    if (!predicate) return inside;
    return this.filter.evaluate(predicate, this.slots, inside && { namespace, slots: inside.slots });
  }

  get id(): number {
    return this.stored.id;
  }

  get dimension(): number {
    return this.stored.dimension;
  }

  get metric(): Metric {
    return this.stored.metric as Metric;
  }

  /** The recall that searches aim at where they do not say, if the collection has one. */
  get recallTarget(): number | undefined {
    const { recall } = this.stored.index;
    return typeof recall === 'number' ? recall : undefined;
  }

  /** The opening words of messages. */
  get thing(): string {
    const { namespaceName } = this;
    const inside = namespaceName === undefined ? '' : `, namespace ${quoted(namespaceName)}`;
    return `collection "${this.stored.name}"${inside}`;
  }

  /** A vector to store, checked. */
  readVector(thing: string, input: unknown): Float32Array {
    return readVector(thing, input, this.dimension, this.metric, this.index.floats);
  }

  /** Sets slots aside for new records, with memory for their vectors. */
  setAside(count: number): Uint32Array {
    const slots = this.slots.allocate(count);
    try {
      this.index.place(slots);
    } catch (error) {
      this.slots.giveBack(slots);
      throw error;
    }
    return slots;
  }

  /** Gives back slots of a write that failed. */
  giveBack(slots: Uint32Array): void {
    this.index.giveBack(slots);
    this.slots.giveBack(slots);
  }

  /** Makes a stored vector searchable in its slot. */
  put(slot: number, vector: Float32Array): void {
    this.index.put(slot, this.index.prepare(vector));
    this.slots.add(slot);
  }

  /** Takes note of a record that was just shown and expires at this time; null where it does not. */
  noteExpiry(at: number | null | undefined): void {
    if (at === null || at === undefined) return;
    this.expiry.note(at);
    this.removal?.plan(at);
  }

  /** Takes a record out of index, filters and the cache of ids. */
  forget(slot: number): void {
    // In this order: what the index lets go at once must not be live any more.
    if (this.slots.remove(slot)) this.index.remove(slot);
    this.namespaces.delete(slot);
    this.filter.delete(slot);
    this.ids[slot] = undefined;
  }

  /** The same for a record that has expired: its slot stays taken, because the store still has it. */
  private hide(slot: number): void {
    if (!this.slots.expire(slot)) return;
    this.index.remove(slot);
    this.namespaces.delete(slot);
    this.filter.delete(slot);
    this.ids[slot] = undefined;
  }

  get writer(): StoreWriter {
    if (this.store.writer) return this.store.writer;
    throw new VecinoError(
      'STORE_READ_ONLY',
      `${this.thing}: the database was opened for reading only; open it without \`readOnly\` to write`,
    );
  }

  /** The texts of messages name the operation: `add to collection "docs"`. */
  requireOpen(): void {
    if (this.course.ended === 'dropped') {
      throw new VecinoError('COLLECTION_DROPPED', `${this.thing} was dropped; create it again to use it`);
    }
    if (this.course.ended === 'closed') {
      throw new VecinoError(
        'DATABASE_CLOSED',
        `${this.thing}: the database is closed; open it again to use it`,
      );
    }
  }

  /** What was read of a collection while it was being dropped may lack records: it is no answer. */
  requireThere(): void {
    if (this.course.ended === 'dropped') this.requireOpen();
  }

  /** Shows a committed batch to index and filters: in slices, between which others run, but for {@link whole}. */
  async show(task: () => Promise<void>): Promise<void> {
    this.course.showing = task().finally(() => {
      this.course.showing = undefined;
    });
    await this.course.showing;
    this.shown.ring();
  }

  /** Whether index and filters hold a part of a batch only. */
  get isShowing(): boolean {
    return this.course.showing !== undefined;
  }

  /**
   * Resolves when index and filters hold whole batches and nothing that has expired; until the caller pauses, that
   * stays so.
   */
  async whole(): Promise<void> {
    const slice = new TimeSlice();
    for (;;) {
      while (this.course.showing) await this.course.showing;
      if (!this.expiry.isDue) return;
      this.expiry.hideSome();
      await slice.pause();
    }
  }

  requireEmbedding(why: string): EmbeddingFunction {
    if (this.embedding) return this.embedding;
    const recorded = this.stored.embedding;
    const remedy = recorded
      ? `it was created with "${recorded.name}": open it with \`{ embedding: … }\` of that name`
      : 'it was created without one: give vectors instead, or create a collection with `{ embedding: … }`';
    throw new VecinoError('EMBEDDING_MISSING', `${this.thing}: ${why} needs an embedding, and ${remedy}`, {
      details: { recorded: recorded?.name ?? null },
    });
  }

  end(how: 'closed' | 'dropped'): void {
    this.course.ended = how;
    this.removal?.end();
    this.shown.ring();
  }

  /** Whether the collection was closed or dropped. */
  get isEnded(): boolean {
    return this.course.ended !== undefined;
  }

  /** Takes back that the collection was dropped. */
  goOn(): void {
    this.course.ended = undefined;
    this.removal?.begin();
  }

  /** Ids of slots; fetched from the store the first time. Undefined where the record is gone. */
  idsOf(slots: ArrayLike<number>): (string | undefined)[] {
    const unknown = Array.from(slots).filter((slot) => this.ids[slot] === undefined);
    if (unknown.length > 0) {
      for (const row of this.store.reader.rows(this.id, unknown, [])) {
        if (row) this.ids[row.slot] = row.id;
      }
    }
    return Array.from(slots, (slot) => this.ids[slot]);
  }

  /** The number of the collection's latest change. `COLLECTION_DROPPED` where another process has dropped it. */
  get latestSeq(): number {
    const stored = this.store.reader.collections().find(({ id }) => id === this.id);
    if (!stored) this.end('dropped');
    this.requireOpen();
    return present(stored, `stored collection ${this.id}`).seq;
  }
}
