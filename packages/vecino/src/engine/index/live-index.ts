import type { Warning } from '../../api/database.ts';
import type { IndexOptions } from '../../api/index-options.ts';
import { assert, present } from '../../base/assert.ts';
import type { BitSet } from '../../base/bit-set.ts';
import { quoted } from '../../base/options.ts';
import type { Matches } from '../../filter/answers.ts';
import type { WorkerPool } from '../../kernel/worker-pool.ts';
import { lengthBoundOf, prepared, preparedQuery } from '../../vector/prepare.ts';
import { effortFor, expectedRecall } from './calibration.ts';
import type { CollectionSlots, SlotHolder } from './collection-slots.ts';
import type { SegmentFound, SegmentSearch } from './index-searcher.ts';
import { IndexStructure, type StructureSettings } from './index-structure.ts';

export interface LiveIndexSettings
  extends Omit<StructureSettings, 'warn' | 'knowledge' | 'freed' | 'vectorsOf'> {
  readonly collection: string;
  /** The name of its vectors, where they have one. */
  readonly field?: string | undefined;
  readonly slots: CollectionSlots;
  /** Those of the live slots that have a vector of this index. */
  readonly live: BitSet;
  readonly warn: (warning: Warning) => void;
  /** Reads vectors from the store as they were given; undefined where a record is gone. */
  readonly readVectors: (slots: ArrayLike<number>) => readonly (Float32Array | undefined)[];
}

export interface IndexSearch {
  /** As the caller gave it. */
  readonly query: Float32Array;
  readonly k: number;
  readonly exact: boolean;
  readonly effort: number | undefined;
  /** Which the effort is to give, where none is named. */
  readonly recall: number | undefined;
  readonly oversample: number;
  /** The slots that a filter lets pass, all of them live. */
  readonly allowed: Matches | undefined;
}

/** Vectors that are learnt from, in one go. */
const LEARNT = 1_000;

/**
 * The index of one vector field of a collection while it is open: the structure that finds the nearest of its slots,
 * and while it is reindexed, a second structure beside it, which sees every write and answers nothing. Which slots
 * are live and which are free the collection knows ({@link CollectionSlots}), whose slots its indexes share.
 *
 * A vector is searchable as soon as `put` returns: until a worker has linked it, searches compare with it one
 * by one. Removal is immediate too; the structure keeps the removed as stepping stones until it is mended.
 * Correct answers never depend on the state of the structure, only their cost does.
 */
export class LiveIndex implements SlotHolder {
  private readonly settings: LiveIndexSettings;
  private structure: IndexStructure;
  private next: IndexStructure | undefined;
  /** Why the next structure cannot go on. */
  private nextFailure: unknown;
  private closed = false;
  /** See `prepared`; known with the first vectors. */
  private lengthBound: number | undefined;
  /** Structures that have been exchanged and still end what they were doing. */
  private readonly retiring = new Set<Promise<void>>();

  constructor(settings: LiveIndexSettings) {
    this.settings = settings;
    this.structure = this.structureOf(settings.index);
    settings.slots.join(this);
  }

  /** The slots that it shares with the other indexes of its collection. */
  get slots(): CollectionSlots {
    return this.settings.slots;
  }

  /** The slots whose vectors it has. */
  get live(): BitSet {
    return this.settings.live;
  }

  /** The options of the structure that answers. */
  get options(): Required<IndexOptions> {
    return this.structure.options;
  }

  /** The threads that work on the index. */
  get pool(): WorkerPool {
    return this.settings.pool;
  }

  /** Live vectors. */
  get count(): number {
    return this.structure.count;
  }

  get isClosed(): boolean {
    return this.closed;
  }

  /**
   * Loads the snapshots, as far as there are sound ones, and answers the change that all of them have seen; 0
   * without any. The caller puts the records that they lack.
   *
   * @param committed the store's latest change at that moment
   */
  async loadSnapshot(committed: () => number): Promise<number> {
    const { seq, lengthBound, calibration } = await this.structure.snapshots.load(committed);
    this.structure.calibrator.use(calibration);
    this.lengthBound = lengthBound;
    return seq;
  }

  /**
   * Takes over what the store holds, after `loadSnapshot`: which slots have vectors, in ascending order. Answers
   * those whose vectors the structure does not have; the caller puts them.
   */
  async adopt(occupied: Uint32Array): Promise<number[]> {
    const { segments, snapshots } = this.structure;
    const missing: number[] = [];
    segments.reach((occupied.at(-1) ?? -1) + 1);
    for (const [segment, first, locals] of segments.partsOf(occupied)) {
      for (const slot of await segment.adopt(locals)) missing.push(first + slot);
    }
    // A reader may well have come before the writer's first snapshot.
    if (snapshots.isMissing && occupied.length > 0 && !this.settings.readOnly) {
      this.warn('SNAPSHOT_REBUILT', 'the index snapshot is missing and is rebuilt from the records');
    }
    return missing;
  }

  /** The smallest floats that hold stored vectors. */
  get floats(): 'f32' | 'f16' {
    return this.structures.some(({ floats }) => floats === 'f16') ? 'f16' : 'f32';
  }

  /** A stored vector as the index keeps it. */
  prepare(vector: Float32Array): Float32Array {
    return prepared(this.settings.metric, vector, this.lengthBound ?? 0);
  }

  /** Learns from the first vectors of the collection what preparing needs; later ones change nothing. */
  learnFrom(vectors: readonly Float32Array[]): void {
    if (vectors.length > 0) this.lengthBound ??= lengthBoundOf(vectors.slice(0, LEARNT));
  }

  /** Sets memory aside for the vectors of slots; for all or none. */
  place(slots: Uint32Array): void {
    this.structure.place(slots);
  }

  /** Gives back the memory of a write that failed. */
  giveBack(slots: Uint32Array): void {
    this.structure.giveBack(slots);
  }

  /** Makes a prepared vector searchable in its slot. */
  put(slot: number, vector: Float32Array): void {
    this.structure.put(slot, vector);
    this.beside((next) => next.put(slot, vector));
  }

  /** Whether the slot holds this very vector, as far as the index keeps it. */
  holds(slot: number, vector: Float32Array): boolean {
    return this.structure.holds(slot, vector);
  }

  /** Hides a slot's vector from searches, if it has one. The slot is let go when the structures have no use for it. */
  remove(slot: number): void {
    this.structure.remove(slot);
    this.beside((next) => next.remove(slot));
  }

  /** Slots at and beyond this one have no node in any structure. */
  get slotsEnd(): number {
    return Math.max(...this.structures.map(({ slotsEnd }) => slotsEnd));
  }

  hasNodeFor(slot: number): boolean {
    return this.structures.some((structure) => structure.hasNodeFor(slot));
  }

  /** Starts the background work, if there is any. */
  kick(): void {
    if (!this.closed) this.structure.kick();
  }

  /** Resolves when few enough vectors wait to be linked for a search to compare with them. */
  async room(): Promise<void> {
    await this.structure.room();
  }

  /** Resolves when everything that is waiting now is linked. */
  async flush(): Promise<void> {
    await this.ask((structure) => structure.flush());
  }

  search(search: IndexSearch): Promise<SegmentFound> {
    const { structure } = this;
    const query = this.preparedQuery(search);
    return structure.search((ordinal) => this.localSearch(search, query, structure, ordinal), search.k);
  }

  /** Answers many searches, on all workers. */
  searchMany(searches: readonly IndexSearch[]): Promise<SegmentFound[]> {
    const { structure } = this;
    const queries = searches.map((search) => this.preparedQuery(search));
    return structure.searchMany(
      searches.map(({ k }) => k),
      (ordinal) =>
        searches.map((search, i) =>
          this.localSearch(search, present(queries[i], 'a query'), structure, ordinal),
        ),
    );
  }

  /** Takes removed slots out of the structure, lays it out anew without gaps, and writes the snapshots. */
  async compact(): Promise<void> {
    await this.ask((structure) => structure.compact());
  }

  /** Problems of structure and bookkeeping. */
  async check(): Promise<string[]> {
    return this.ask((structure) => structure.check());
  }

  /** Sees to it that it becomes known which effort gives which recall. */
  wantCalibration(): void {
    this.structure.calibrator.want();
  }

  /** The recall that the calibration foretells of an effort; null without one. */
  expectedRecall(effort: number, k: number): number | null {
    const { calibration } = this.structure.calibrator;
    return calibration ? expectedRecall(calibration, effort, k) : null;
  }

  get figures() {
    const { calibration } = this.structure.calibrator;
    const { vectorBytes = 0, indexBytes = 0 } = this.next?.figures ?? {};
    const reindexBytes = vectorBytes + indexBytes;
    return { ...this.structure.figures, reindexBytes, ...(calibration && { calibration }) };
  }

  /** Puts a second structure beside the present one; from now on it sees every write. */
  beginNext(options: Required<IndexOptions>): IndexStructure {
    this.next = this.structureOf(options);
    this.nextFailure = undefined;
    return this.next;
  }

  /** Makes room for the vectors of slots, with pauses. */
  async reserve(slots: Uint32Array): Promise<void> {
    await this.structure.reserve(slots);
  }

  /** Links everything without writing a snapshot, as long as this index answers nothing yet; see `IndexStructure.build`. */
  async build(step: (linked: number, total: number) => void): Promise<void> {
    const { structure } = this;
    await structure.build(() => step(structure.count - structure.pendingCount, structure.count));
  }

  /** Throws what made the structure beside the present one useless, if anything did. */
  requireNext(): void {
    if (this.nextFailure) throw this.nextFailure;
  }

  /** Prepared vectors of live slots, from memory where it holds them to the bit, else from the store. */
  vectorsOf(slots: Uint32Array): readonly (Float32Array | undefined)[] {
    const held = Array.from(slots, (slot) => this.structure.vectorOf(slot));
    return held.includes(undefined) ? this.storedVectors(slots) : held;
  }

  /** Gives up the structure beside the present one. */
  async abandonNext(): Promise<void> {
    const { next } = this;
    this.next = undefined;
    await next?.close({ save: false });
    if (!this.closed) await this.slots.findFree();
  }

  /**
   * Puts the structure beside the present one in its place. Only while no write is under way: a slot that is set
   * aside has no node in it.
   */
  exchange(): void {
    const old = this.structure;
    this.structure = present(this.next, 'the next structure');
    this.next = undefined;
    const retired = old.close({ save: false });
    this.retiring.add(retired);
    void retired.finally(() => this.retiring.delete(retired));
  }

  /** After an exchange: replaces the snapshots and takes up the ordinary work. */
  async settle(): Promise<void> {
    await Promise.all(this.retiring);
    await this.slots.findFree();
    this.structure.snapshots.removeFurther();
    if (!this.closed) await this.structure.save();
    this.kick();
  }

  /** Runs what makes the index superfluous while nobody works on it; if that succeeds, nobody will any more. */
  async endWith(task: () => Promise<void>): Promise<void> {
    await this.ask((structure) => structure.endWith(task));
    this.closed = true;
  }

  /** Ends the background work and, unless the collection is dropped, writes the snapshots. */
  async close(options: { save: boolean }): Promise<void> {
    this.closed = true;
    await this.next?.close({ save: false });
    await Promise.all(this.retiring);
    await this.structure.close(options);
  }

  private get structures(): readonly IndexStructure[] {
    return this.next ? [this.structure, this.next] : [this.structure];
  }

  /** Where the structure is exchanged meanwhile, the new one is asked. */
  private async ask<T>(task: (structure: IndexStructure) => Promise<T>): Promise<T> {
    for (;;) {
      const { structure } = this;
      try {
        return await task(structure);
      } catch (error) {
        if (structure === this.structure || !structure.hasEndedBy(error)) throw error;
      }
    }
  }

  /** Lets the structure beside the present one follow; what it cannot follow ends it, and nothing else. */
  private beside(task: (next: IndexStructure) => void): void {
    if (!this.next || this.nextFailure) return;
    try {
      task(this.next);
    } catch (error) {
      this.nextFailure = error;
    }
  }

  /** Fails where the vectors have been exchanged for longer or shorter ones meanwhile: whoever asks then asks again. */
  private preparedQuery({ query }: IndexSearch): Float32Array {
    const { metric, dimension } = this.settings;
    assert(query.length === dimension, 'a query of the dimension of the vectors');
    return preparedQuery(metric, query);
  }

  /** A search as one segment sees it. */
  private localSearch(
    search: IndexSearch,
    query: Float32Array,
    { segments, calibrator, ground }: IndexStructure,
    ordinal: number,
  ): SegmentSearch {
    const { k, exact, oversample, recall } = search;
    const { calibration } = calibrator;
    const calibrated =
      recall !== undefined && calibration && effortFor(calibration, recall, k, ground.effortParts);
    const effort = search.effort ?? (calibrated || undefined);
    const allowed = search.allowed && segments.partOf(search.allowed, ordinal);
    return { query, k, exact, effort, isCalibrated: search.effort === undefined, oversample, allowed };
  }

  private structureOf(index: Required<IndexOptions>): IndexStructure {
    return new IndexStructure({
      ...this.settings,
      index,
      warn: this.warn.bind(this),
      knowledge: () => ({ seq: this.slots.seen, lengthBound: this.lengthBound }),
      freed: (slots) => this.slots.letGo(slots),
      vectorsOf: (slots) => this.storedVectors(slots),
    });
  }

  private storedVectors(slots: ArrayLike<number>): readonly (Float32Array | undefined)[] {
    return this.settings.readVectors(slots).map((vector) => vector && this.prepare(vector));
  }

  warn(code: Warning['code'], what: string, cause?: unknown): void {
    const { collection, field } = this.settings;
    const thing = `collection "${collection}"${field === undefined ? '' : `, field ${quoted(field)}`}`;
    const reason = cause === undefined ? '' : ` (${cause instanceof Error ? cause.message : cause})`;
    this.settings.warn({ code, message: `${thing}: ${what}${reason}`, collection, cause });
  }
}
