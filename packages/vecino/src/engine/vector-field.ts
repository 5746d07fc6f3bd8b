import type { EmbeddingFunction } from '../api/embedding.ts';
import type { Embedding, ImageEmbedding } from '../api/image.ts';
import type { Part } from '../api/record.ts';
import type { Metric } from '../api/search.ts';
import { BitSet } from '../base/bit-set.ts';
import { quoted } from '../base/options.ts';
import type { Matches } from '../filter/answers.ts';
import {
  type StoredField,
  type StoredRow,
  type StoredVectors,
  type StoreReader,
  UNNAMED_FIELD,
} from '../storage/store.ts';
import { readVector } from '../vector/read-vector.ts';
import { takesTexts } from './embed.ts';
import { embeddingOf, imageEmbeddingOf } from './field-embedding.ts';
import type { CollectionSlots } from './index/collection-slots.ts';
import type { LiveIndex } from './index/live-index.ts';
import type { RecallWatch } from './recall/recall-watch.ts';

/** What a field is made of. */
export interface VectorFieldParts {
  /** The collection, as messages name it. */
  readonly thing: string;
  readonly collection: number;
  readonly stored: StoredVectors | StoredField;
  readonly slots: CollectionSlots;
  /**
   * Makes an index of vectors of this field, which is empty yet; of named ones, with the slots that have them.
   */
  readonly openIndex: (stored: StoredVectors, live: BitSet) => LiveIndex;
  readonly reader: StoreReader;
}

/** The vectors of one record in the order of the collection's fields; undefined where it has none of a field. */
export type RecordVectors = readonly (Float32Array | undefined)[];

/**
 * One vector of each record, with its dimension, metric, embedding and index: the only one of a collection, which has
 * no name, or one of several that have. Of named ones a record may have some; which slots have this one is `live`.
 */
export class VectorField {
  /** Undefined where it is the only vector of its collection and has no name. */
  readonly name: string | undefined;
  /** By which the store knows it. */
  readonly number: number;
  /** As the store has it. */
  stored: StoredVectors | StoredField;
  embedding: Embedding | undefined;
  /** Who measures the recall of queries, if anybody wants that. */
  recallWatch: RecallWatch | undefined;
  /** The log of removals is of use up to this change: see `LiveIndex`. */
  removalsNeededFrom = 0;
  private readonly thing: string;
  private readonly collection: number;
  private readonly slots: CollectionSlots;
  private readonly reader: StoreReader;
  private readonly parts: VectorFieldParts;
  private present: LiveIndex;
  private restricted = { version: -1, matches: new WeakMap<Matches, Matches>() };

  constructor(parts: VectorFieldParts) {
    const { thing, collection, stored, slots, reader } = parts;
    const named = 'number' in stored ? stored : undefined;
    this.name = named?.name;
    this.number = named?.number ?? UNNAMED_FIELD;
    this.stored = stored;
    this.slots = slots;
    this.parts = parts;
    this.present = this.openIndex(stored, new BitSet());
    this.thing = thing;
    this.collection = collection;
    this.reader = reader;
  }

  get index(): LiveIndex {
    return this.present;
  }

  /** The slots that searches of this field may answer: of the one without a name, those of the collection itself. */
  get live(): BitSet {
    return this.present.live;
  }

  /** Makes another index of vectors of this field, with the slots that have them. */
  openIndex(stored: StoredVectors, live: BitSet): LiveIndex {
    return this.parts.openIndex(stored, this.name === undefined ? this.slots.live : live);
  }

  /**
   * Puts vectors of another model, which the index has, in the place of the present ones. Only while no write is under
   * way. Resolves when nobody works on the old index any more.
   */
  exchange(
    vectors: { readonly stored: StoredVectors; readonly index: LiveIndex },
    embedding: Embedding | undefined,
  ): Promise<void> {
    const old = this.present;
    this.stored = vectors.stored;
    this.present = vectors.index;
    this.embedding = embedding;
    this.slots.leave(old);
    this.slots.version += 1;
    return old.close({ save: false });
  }

  /** The set in the store that the vectors belong to. */
  get vectorSet(): number {
    return this.stored.vectorSet;
  }

  get dimension(): number {
    return this.stored.dimension;
  }

  get metric(): Metric {
    return this.stored.metric as Metric;
  }

  /** What of a record is embedded: `document` or a path of metadata; null where nothing is. */
  get text(): string | null {
    if (this.embedding && !takesTexts(this.embedding)) return null;
    return 'number' in this.stored ? this.stored.text : this.stored.embedding && 'document';
  }

  /** The recall that searches aim at where they do not say, if there is one. */
  get recallTarget(): number | undefined {
    const { recall } = this.stored.index;
    return typeof recall === 'number' ? recall : undefined;
  }

  /** The part of a stored row that has this vector. */
  get part(): Part {
    return this.name === undefined ? 'vector' : 'vectors';
  }

  /** The vector in a row that was read with `part`. */
  of(row: StoredRow | undefined): Float32Array | undefined {
    return this.name === undefined ? row?.vector : row?.vectors?.get(this.vectorSet);
  }

  /** A vector to store, checked. */
  readVector(thing: string, input: unknown): Float32Array {
    return readVector(this.within(thing), input, this.dimension, this.metric, this.index.floats);
  }

  /** A vector to look near, checked. */
  readQuery(thing: string, input: unknown): Float32Array {
    return readVector(this.within(thing), input, this.dimension, this.metric);
  }

  /** The opening words of messages about this field of something. */
  within(thing: string): string {
    return this.name === undefined ? thing : `${thing}: field ${quoted(this.name)}`;
  }

  /** The model of texts. */
  requireEmbedding(why: string): EmbeddingFunction {
    return embeddingOf(this, this.thing, this.stored.embedding, why);
  }

  /** The model of pictures. */
  requireImageEmbedding(why: string): ImageEmbedding {
    return imageEmbeddingOf(this, this.thing, this.stored.embedding, why);
  }

  /** Makes a stored vector searchable in its slot. */
  put(slot: number, vector: Float32Array): void {
    this.index.put(slot, this.index.prepare(vector));
    this.live.add(slot);
  }

  /** Hides the vector of a slot that has one; the collection must have hidden the slot before. */
  remove(slot: number): void {
    this.live.delete(slot);
    this.index.remove(slot);
  }

  /** Whether the slot has this very vector, or none. */
  holds(slot: number, vector: Float32Array | undefined): boolean {
    if (!this.live.has(slot)) return vector === undefined;
    return vector !== undefined && this.index.holds(slot, this.index.prepare(vector));
  }

  /** Those of some matching slots that have this vector; the same object for the same matches until something is written. */
  among(allowed: Matches | undefined): Matches | undefined {
    if (allowed === undefined || this.name === undefined) return allowed;
    const { version } = this.slots;
    if (this.restricted.version !== version) this.restricted = { version, matches: new WeakMap() };
    const { matches } = this.restricted;
    const known = matches.get(allowed);
    if (known) return known;
    const slots = allowed.slots.clone().intersect(this.live);
    const restricted = { slots, count: slots.count() };
    matches.set(allowed, restricted);
    return restricted;
  }

  /** Stored vectors of slots, as they were given; undefined where a record is gone. */
  storedVectors(slots: ArrayLike<number>): (Float32Array | undefined)[] {
    return this.reader.vectorsOfSet(this.collection, this.vectorSet, slots);
  }

  /** Records that have the vector and have not expired by then. */
  countRecords(now: number): number {
    const { reader, collection } = this;
    return this.name === undefined
      ? reader.count(collection, { now })
      : reader.countOfSet(collection, this.vectorSet, now);
  }
}
