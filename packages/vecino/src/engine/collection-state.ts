import type { Embedding } from '../api/image.ts';
import type { Part } from '../api/record.ts';
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
  type StoredField,
  type StoredRow,
  type StoreWriter,
  UNNAMED,
} from '../storage/store.ts';
import { Expiry } from './expiry/expiry.ts';
import type { ExpiredRemoval } from './expiry/removal.ts';
import type { CollectionSlots } from './index/collection-slots.ts';
import type { LiveIndex } from './index/live-index.ts';
import type { MetadataFilter } from './metadata-filter.ts';
import { type NamespaceSlots, NOWHERE } from './namespace-slots.ts';
import { VectorExchange } from './reembed/vector-exchange.ts';
import type { TextEmbedder } from './text-embedder.ts';
import type { RecordVectors, VectorField } from './vector-field.ts';

/** What changes while a collection is open. */
interface Course {
  fullText: FullTextSettings | undefined;
  ended: 'closed' | 'dropped' | undefined;
  showing: Promise<void> | undefined;
}

/** Slots for new records, with memory for their vectors. */
export interface SlotsAside {
  readonly slots: Uint32Array;
  /** Gives all of that back, where the write has failed. */
  giveBack(): void;
}

/**
 * What the parts of an open collection share, seen from outside of its namespaces or from within one of them: ids,
 * counts and `allowed` are those of the namespace, all else is the collection's. Where it has several vectors a record,
 * a view may be of one of these: `field`, and what is the field's. Views inherit from the state itself, so what changes
 * must lie in the course of the collection, never in a property.
 */
export class CollectionState {
  /** The namespace that this is a view of. */
  readonly namespaceName: string | undefined;
  readonly store: Store;
  readonly slots: CollectionSlots;
  /** The vectors that records have: at least one. */
  readonly fields: readonly VectorField[];
  readonly filter: MetadataFilter;
  readonly namespaces: NamespaceSlots;
  readonly expiry: Expiry;
  /** Makes vectors of texts. */
  readonly embedder: TextEmbedder;
  /** Only where this process writes. */
  removal: ExpiredRemoval | undefined;
  /** When vectors are exchanged for those of another model. */
  readonly exchange = new VectorExchange();
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
  private readonly opened: StoredCollection;
  /** The field that this is a view of. */
  private readonly chosen: VectorField | undefined;

  /** @param clock milliseconds since 1970 */
  constructor(
    stored: StoredCollection,
    store: Store,
    slots: CollectionSlots,
    fields: readonly VectorField[],
    filter: MetadataFilter,
    namespaces: NamespaceSlots,
    clock: () => number,
    embedder: TextEmbedder,
  ) {
    this.embedder = embedder;
    this.course = { fullText: undefined, ended: undefined, showing: undefined };
    this.opened = stored;
    this.namespaceName = undefined;
    this.chosen = undefined;
    this.store = store;
    this.slots = slots;
    this.fields = fields;
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

  /** The collection as far as one of its fields is concerned. */
  of(field: VectorField): CollectionState {
    return Object.create(this, { chosen: { value: field } }) as CollectionState;
  }

  /** The only field that there is, or the one that this is a view of. */
  get field(): VectorField {
    return this.chosen ?? present(this.hasNames ? undefined : this.fields[0], 'the field in question');
  }

  /** Whether vectors have names. */
  get hasNames(): boolean {
    return this.opened.fields !== undefined;
  }

  /** As the store had it when the collection was opened, but for the vectors. */
  get stored(): StoredCollection {
    if (!this.hasNames) return { ...this.opened, ...this.field.stored };
    return { ...this.opened, fields: this.fields.map(({ stored }) => stored as StoredField) };
  }

  /** See `StoredCollection`. */
  get identity(): string {
    return this.opened.identity;
  }

  get collectionName(): string {
    return this.opened.name;
  }

  get embedding(): Embedding | undefined {
    return this.field.embedding;
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
    return this.opened.id;
  }

  get index(): LiveIndex {
    return this.field.index;
  }

  get dimension(): number {
    return this.field.dimension;
  }

  get metric(): Metric {
    return this.field.metric;
  }

  /** The opening words of messages. */
  get thing(): string {
    const { namespaceName, collectionName } = this;
    const inside = namespaceName === undefined ? '' : `, namespace ${quoted(namespaceName)}`;
    return `collection "${collectionName}"${inside}`;
  }

  /** Sets slots aside for new records, with memory for their vectors. */
  setAside(records: readonly RecordVectors[]): SlotsAside {
    const slots = this.slots.allocate(records.length);
    const placed: (() => void)[] = [() => this.slots.giveBack(slots)];
    const giveBack = () => {
      for (const undo of placed.toReversed()) undo();
    };
    try {
      for (const [i, { index }] of this.fields.entries()) {
        const own = this.hasNames ? slots.filter((_, place) => records[place]?.[i] !== undefined) : slots;
        index.place(own);
        placed.push(() => index.giveBack(own));
      }
    } catch (error) {
      giveBack();
      throw error;
    }
    return { slots, giveBack };
  }

  /** Makes the stored vectors of a record searchable in its slot. */
  put(slot: number, vectors: RecordVectors): void {
    for (const [i, vector] of vectors.entries()) {
      if (vector) this.fields[i]?.put(slot, vector);
    }
    this.slots.add(slot);
  }

  /** The vectors of a record, of a row that was read with `vectorPart`. */
  vectorsOf(row: StoredRow | undefined): RecordVectors {
    return this.fields.map((field) => field.of(row));
  }

  /** The part of stored rows that has the vectors. */
  get vectorPart(): Part {
    return this.hasNames ? 'vectors' : 'vector';
  }

  /** Takes note of a record that was just shown and expires at this time; null where it does not. */
  noteExpiry(at: number | null | undefined): void {
    if (at === null || at === undefined) return;
    this.expiry.note(at);
    this.removal?.plan(at);
  }

  /** Takes a record out of indexes, filters and the cache of ids. */
  forget(slot: number): void {
    this.take(slot, () => this.slots.remove(slot));
    this.leave(slot);
  }

  /** The same for a record that has expired: its slot stays taken, because the store still has it. */
  private hide(slot: number): void {
    if (this.take(slot, () => this.slots.expire(slot))) this.leave(slot);
  }

  /** Takes the record out of the slots and then out of the indexes that have it. */
  private take(slot: number, fromSlots: () => boolean): boolean {
    const holding = this.fields.filter(({ live }) => live.has(slot));
    // In this order: what an index lets go at once must not be live any more.
    if (!fromSlots()) return false;
    for (const field of holding) field.remove(slot);
    this.exchange.forget(slot);
    return true;
  }

  private leave(slot: number): void {
    this.namespaces.delete(slot);
    this.filter.delete(slot);
    this.ids[slot] = undefined;
  }

  /** Starts what there is to do in the background. */
  kick(): void {
    for (const { index } of this.fields) index.kick();
  }

  /** Runs what makes the indexes superfluous while nobody works on them; if that succeeds, nobody will any more. */
  async endWith(task: () => Promise<void>): Promise<void> {
    const still = this.fields.reduceRight<() => Promise<void>>(
      (inner, { index }) =>
        () =>
          index.endWith(inner),
      task,
    );
    await still();
  }

  /** Ends the background work and, unless the collection is dropped, writes the snapshots. */
  async closeIndexes(options: { save: boolean }): Promise<void> {
    await this.exchange.close();
    for (const { index } of this.fields) await index.close(options);
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
