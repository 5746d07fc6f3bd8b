import type { Warning } from '../../api/database.ts';
import { BitSet } from '../../base/bit-set.ts';
import { TimeSlice } from '../../base/time-slice.ts';
import type { Matches } from '../../filter/answers.ts';
import { lengthBoundOf, prepared, preparedQuery } from '../../vector/prepare.ts';
import type { SegmentFound, SegmentSearch } from './index-searcher.ts';
import { type Alone, IndexSnapshots } from './index-snapshots.ts';
import { indexEnded } from './index-upkeep.ts';
import { mergeFound } from './merge-found.ts';
import { NumberAllocator } from './number-allocator.ts';
import { Segment, type SegmentSettings } from './segment.ts';
import { Segments } from './segments.ts';

export interface LiveIndexSettings
  extends Omit<SegmentSettings, 'segment' | 'snapshotPath' | 'freed' | 'vectorsOf'> {
  readonly collection: string;
  /** Where a segment's snapshot lies; undefined in memory. */
  readonly snapshotPath: (segment: number) => string | undefined;
  readonly readOnly: boolean;
  readonly warn: (warning: Warning) => void;
  /** Told the change up to which no one needs the log of removals any more. */
  readonly forgetRemovals: (seq: number) => Promise<void>;
  /** Reads vectors from the store as they were given; undefined where a record is gone. */
  readonly readVectors: (slots: ArrayLike<number>) => readonly (Float32Array | undefined)[];
}

export interface IndexSearch {
  /** As the caller gave it. */
  readonly query: Float32Array;
  readonly k: number;
  readonly exact: boolean;
  readonly effort: number | undefined;
  readonly oversample: number;
  /** The slots that a filter lets pass, all of them live. */
  readonly allowed: Matches | undefined;
}

const asTurn: Alone = (segment, task) => segment.exclusive(task);

/** Vectors that are learnt from, in one go. */
const LEARNT = 1_000;
/** Slots between two chances to pause. */
const SLICE = 1_024;

/**
 * The index of one collection while it is open: one segment, or several where one memory of 4 GiB is too small.
 *
 * A vector is searchable as soon as `put` returns: until a worker has linked it, searches compare with it one
 * by one. Removal is immediate too; the structure keeps the removed as stepping stones until it is mended.
 * Correct answers never depend on the state of the structure, only their cost does.
 */
export class LiveIndex {
  /** Slots that searches may answer. */
  readonly live = new BitSet();
  /** Grows with every change of `live`. */
  version = 0;
  private readonly settings: LiveIndexSettings;
  private readonly segments: Segments;
  private readonly snapshots: IndexSnapshots;
  private readonly allocator = new NumberAllocator();
  private work: Promise<void> | undefined;
  private closed = false;
  private failure: unknown;
  private seq = 0;
  /** See `prepared`; known with the first vectors. */
  private lengthBound: number | undefined;

  constructor(settings: LiveIndexSettings) {
    this.settings = settings;
    this.segments = new Segments((ordinal) => this.newSegment(ordinal));
    const warn = this.warn.bind(this);
    this.snapshots = new IndexSnapshots({ ...settings, warn }, this.segments);
  }

  /**
   * Loads the snapshots, as far as there are sound ones, and answers the change that all of them have seen; 0
   * without any. The caller puts the records that they lack.
   *
   * @param committed the store's latest change
   */
  async loadSnapshot(committed: number): Promise<number> {
    const { seq, lengthBound } = await this.snapshots.load(committed);
    this.seq = seq;
    this.lengthBound = lengthBound;
    return seq;
  }

  /**
   * Takes over what the store holds, after `loadSnapshot`: which slots are occupied, in ascending order. Answers
   * those whose vectors the structure does not have; the caller puts them.
   */
  async adopt(occupied: Uint32Array): Promise<number[]> {
    const missing: number[] = [];
    const end = (occupied.at(-1) ?? -1) + 1;
    this.segments.reach(end);
    this.allocator.use(end);
    for (const [segment, first, locals] of this.segments.partsOf(occupied)) {
      for (const slot of await segment.adopt(locals)) missing.push(first + slot);
    }
    this.live.addAll(occupied);
    await this.findFreeSlots();
    for (const slot of missing) this.live.delete(slot);
    this.version += 1;
    // A reader may well have come before the writer's first snapshot.
    if (this.snapshots.isMissing && occupied.length > 0 && !this.settings.readOnly) {
      this.warn('SNAPSHOT_REBUILT', 'the index snapshot is missing and is rebuilt from the records');
    }
    return missing;
  }

  /** The smallest floats that hold stored vectors. */
  get floats(): 'f32' | 'f16' {
    return this.segments.first.memory.space.layout.originals === 'f16' ? 'f16' : 'f32';
  }

  /** The sequence number of the latest change that the index has seen. */
  get seen(): number {
    return this.seq;
  }

  saw(seq: number): void {
    this.seq = Math.max(this.seq, seq);
  }

  /** A stored vector as the index keeps it. */
  prepare(vector: Float32Array): Float32Array {
    return prepared(this.settings.metric, vector, this.lengthBound ?? 0);
  }

  /** Learns from the first vectors of the collection what preparing needs; later ones change nothing. */
  learnFrom(vectors: readonly Float32Array[]): void {
    if (vectors.length > 0) this.lengthBound ??= lengthBoundOf(vectors.slice(0, LEARNT));
  }

  /** Sets slots aside for new records; there is memory for them afterwards. */
  allocate(count: number): Uint32Array {
    const slots = this.allocator.allocate(count);
    const placed: (readonly [Segment, readonly number[]])[] = [];
    try {
      this.segments.reach(this.allocator.end);
      for (const [segment, locals] of this.segments.grouped(slots)) {
        segment.place(locals);
        placed.push([segment, locals]);
      }
    } catch (error) {
      for (const [segment, locals] of placed) segment.giveBack(locals);
      this.allocator.free(slots);
      throw error;
    }
    return slots;
  }

  /** Gives back slots of a write that failed. */
  giveBack(slots: Uint32Array): void {
    for (const [segment, locals] of this.segments.grouped(slots)) segment.giveBack(locals);
    this.allocator.free(slots);
  }

  /** Makes a prepared vector searchable in its slot. */
  put(slot: number, vector: Float32Array): void {
    this.allocator.claim(slot);
    this.segments.reach(slot + 1);
    const { segment, local } = this.segments.at(slot);
    segment.put(local, vector);
    this.live.add(slot);
    this.snapshots.changed();
    this.version += 1;
  }

  /** Whether the slot holds this very vector, as far as the index keeps it. */
  holds(slot: number, vector: Float32Array): boolean {
    const { segment, local } = this.segments.at(slot);
    return segment.holds(local, vector);
  }

  /** Hides a slot from searches. It is free for reuse when the structure has let it go. */
  remove(slot: number): void {
    if (!this.live.has(slot)) return;
    this.live.delete(slot);
    const { segment, local } = this.segments.at(slot);
    segment.remove(local);
    this.snapshots.changed();
    this.version += 1;
  }

  /** Starts the background work, if there is any. */
  kick(): void {
    const isNeeded =
      this.snapshots.isDue(this.live.count()) || this.segments.all.some((segment) => segment.needsWork);
    if (this.work || this.closed || this.failure || !isNeeded) return;
    this.work = this.runWork().finally(() => {
      this.work = undefined;
    });
  }

  /** Resolves when few enough vectors wait to be linked for a search to compare with them. */
  async room(): Promise<void> {
    for (const segment of this.segments.all) await segment.room(() => this.work);
  }

  /** Resolves when everything that is waiting now is linked. */
  async flush(): Promise<void> {
    this.kick();
    while (this.work) await this.work;
    if (this.failure) throw this.failure;
    if (this.closed && this.pendingCount > 0) throw indexEnded();
  }

  async search(search: IndexSearch): Promise<SegmentFound> {
    const query = preparedQuery(this.settings.metric, search.query);
    const searches = this.segments.all.map(async (segment, ordinal) =>
      this.located(await segment.search(this.localSearch(search, query, ordinal), this.isSound), ordinal),
    );
    return mergeFound(await Promise.all(searches), search.k);
  }

  /** Answers many searches, on all workers. */
  async searchMany(searches: readonly IndexSearch[]): Promise<SegmentFound[]> {
    const queries = searches.map(({ query }) => preparedQuery(this.settings.metric, query));
    const parts = await Promise.all(
      this.segments.all.map(async (segment, ordinal) => {
        const local = searches.map((search, i) =>
          this.localSearch(search, queries[i] ?? search.query, ordinal),
        );
        const found = await segment.searchMany(local, this.isSound);
        return found.map((one) => this.located(one, ordinal));
      }),
    );
    return searches.map(({ k }, i) =>
      mergeFound(
        parts.flatMap((part) => part[i] ?? []),
        k,
      ),
    );
  }

  /** Takes removed slots out of the structure, lays it out anew without gaps, and writes the snapshots. */
  async compact(): Promise<void> {
    await this.flush();
    for (const segment of this.segments.all) {
      await segment.mend();
      await segment.compact();
    }
    await this.flush();
    await this.save(asTurn);
  }

  /** Problems of structure and bookkeeping. */
  async check(): Promise<string[]> {
    const problems: string[] = [];
    for (const segment of this.segments.all) problems.push(...(await segment.check()));
    return problems;
  }

  get figures() {
    const figures = this.segments.all.map((segment) => segment.figures);
    const sum = (name: keyof (typeof figures)[number]) =>
      figures.reduce((total, figure) => total + figure[name], 0);
    return {
      family: this.settings.index.family,
      segments: figures.length,
      linked: sum('linked'),
      pending: sum('pending'),
      removed: sum('removed'),
      unreached: sum('unreached'),
      slots: sum('slots'),
      vectorBytes: sum('vectorBytes'),
      indexBytes: sum('indexBytes'),
      snapshotBytes: sum('snapshotBytes'),
    };
  }

  /** Runs what makes the index superfluous while nobody works on it; if that succeeds, nobody will any more. */
  async endWith(task: () => Promise<void>): Promise<void> {
    const still = this.segments.all.reduceRight<() => Promise<void>>(
      (inner, segment) => () => segment.exclusive(inner),
      async () => {
        await task();
        this.closed = true;
        for (const segment of this.segments.all) void segment.end(async () => undefined);
      },
    );
    await still();
  }

  /** Ends the background work and, unless the collection is dropped, writes the snapshots. */
  async close(options: { save: boolean }): Promise<void> {
    this.closed = true;
    // Whoever compacts or checks at this moment ends the present turn; the next one is refused.
    const last: Alone = (segment, task) => segment.end(task);
    const wanted = options.save && !this.failure && this.snapshots.isWorthwhile(this.live.count());
    if (wanted) await this.save(last);
    await Promise.all(this.segments.all.map((segment) => segment.end(async () => undefined)));
    await this.work;
    await Promise.all(this.segments.all.map((segment) => segment.close()));
  }

  /** Whether the structure may be trusted. */
  private get isSound(): boolean {
    return this.failure === undefined;
  }

  /** A search as one segment sees it. */
  private localSearch(search: IndexSearch, query: Float32Array, ordinal: number): SegmentSearch {
    return {
      ...search,
      query,
      allowed: search.allowed && this.segments.partOf(search.allowed, ordinal),
    };
  }

  /** A segment's answer with slots as the whole index counts them. */
  private located(found: SegmentFound, ordinal: number): SegmentFound {
    const first = ordinal * this.segments.capacity;
    return first === 0 ? found : { ...found, slots: found.slots.map((slot) => slot + first) };
  }

  private get pendingCount(): number {
    return this.segments.all.reduce((sum, segment) => sum + segment.nodes.pendingCount, 0);
  }

  private save(alone: Alone): Promise<void> {
    return this.snapshots.save({ seq: this.seq, lengthBound: this.lengthBound }, alone);
  }

  private async runWork(): Promise<void> {
    try {
      while (!this.closed) {
        const segment = this.segments.all.find(({ needsWork }) => needsWork);
        if (segment) await segment.work();
        else if (this.snapshots.isDue(this.live.count())) await this.tidy();
        else break;
      }
    } catch (error) {
      if (this.closed) return;
      // Searches go on, exactly: what is live is known without the structure.
      this.failure = error;
      const consequence = 'searches compare with every record until the collection is opened anew';
      this.warn('INDEX_BUILD_FAILED', `building the index failed, ${consequence}`, error);
    }
  }

  /** After large changes: nodes in a good order are found faster, and the next opening has less to replay. */
  private async tidy(): Promise<void> {
    for (const segment of this.segments.all) await segment.compact();
    await this.save(asTurn);
  }

  private newSegment(ordinal: number): Segment {
    const { readVectors, snapshotPath, ...settings } = this.settings;
    const segment: Segment = new Segment({
      ...settings,
      segment: ordinal,
      snapshotPath: snapshotPath(ordinal),
      freed: (slots) => {
        const first = ordinal * segment.capacity;
        this.allocator.free(slots.map((slot) => first + slot).filter((slot) => !this.live.has(slot)));
      },
      vectorsOf: (slots) => {
        const first = ordinal * segment.capacity;
        const vectors = readVectors(Uint32Array.from(slots, (slot) => first + slot));
        return vectors.map((vector) => vector && this.prepare(vector));
      },
    });
    return segment;
  }

  /** After opening: slots that neither the store occupies nor a stepping stone holds. */
  private async findFreeSlots(): Promise<void> {
    const slice = new TimeSlice();
    for (const [ordinal, segment] of this.segments.all.entries()) {
      const first = ordinal * segment.capacity;
      this.allocator.use(first + segment.nodes.slotsEnd);
    }
    for (let slot = 0; slot < this.allocator.end; slot++) {
      if (slot % SLICE === 0) await slice.pause();
      if (this.live.has(slot)) continue;
      const { segment, local } = this.segments.at(slot);
      if (!segment.hasNodeFor(local)) this.allocator.free([slot]);
    }
  }

  private warn(code: Warning['code'], what: string, cause?: unknown): void {
    const { collection } = this.settings;
    const reason = cause === undefined ? '' : ` (${cause instanceof Error ? cause.message : cause})`;
    this.settings.warn({ code, message: `collection "${collection}": ${what}${reason}`, collection, cause });
  }
}
