import { existsSync, statSync } from 'node:fs';
import type { Warning } from '../api/database.ts';
import type { IndexOptions } from '../api/index-options.ts';
import type { Metric } from '../api/search.ts';
import { BitSet } from '../base/bit-set.ts';
import { VecinoError } from '../base/errors.ts';
import { Mutex } from '../base/mutex.ts';
import { TimeSlice } from '../base/time-slice.ts';
import type { Family } from '../index/family.ts';
import { familyOf } from '../index/registry.ts';
import { type Found, type SearchRequest, searchSpace } from '../index/search.ts';
import { layoutOf } from '../kernel/layout.ts';
import { VectorSpace } from '../kernel/vector-space.ts';
import type { WorkerPool } from '../kernel/worker-pool.ts';
import { type CodeRange, ScalarRange } from '../quantizer/scalar-range.ts';
import { kernelOf } from '../vector/metric.ts';
import { lengthBoundOf, prepared, preparedQuery, preparedWidth } from '../vector/prepare.ts';
import { plan } from './planner.ts';
import { SlotAllocator } from './slot-allocator.ts';
import {
  readSnapshotHeader,
  type SnapshotHeader,
  type SnapshotIdentity,
  snapshotHeader,
} from './snapshot.ts';
import type { TaskArgs, TaskName, TaskResult } from './tasks.ts';

export interface LiveIndexSettings {
  readonly collection: string;
  /** Tells this collection's snapshot from another's. */
  readonly identity: string;
  readonly dimension: number;
  readonly metric: Metric;
  readonly index: Required<IndexOptions>;
  readonly pool: WorkerPool;
  /** Where the snapshot lies; undefined in memory. */
  readonly snapshotPath: string | undefined;
  readonly readOnly: boolean;
  readonly warn: (warning: Warning) => void;
  /** Told the change up to which no one needs the log of removals any more. */
  readonly forgetRemovals: (seq: number) => Promise<void>;
}

export interface IndexSearch {
  /** As the caller gave it. */
  readonly query: Float32Array;
  readonly k: number;
  readonly exact: boolean;
  readonly effort: number | undefined;
  readonly oversample: number;
  /** The slots that a filter lets pass, all of them live. */
  readonly allowed: BitSet | undefined;
}

export interface IndexFound extends Found {
  readonly reason: string;
  readonly thread: 'caller' | 'worker';
  readonly live: number;
  readonly matches: number;
  readonly pending: number;
  readonly effort: number;
}

/** A search that is expected to take longer than this runs on a worker, so that the event loop stays free. */
const INLINE_NS_MAX = 3e6;
/** Length of one turn of building, after which a worker looks for other tasks. */
const LINK_TURN_MS = 8;
const LINK_CHUNK = 512;
/** Slots whose neighbourhoods are mended in one task. */
const REPAIR_CHUNK = 4_096;
/** Unlinked vectors are compared one by one; writes wait when that would take longer than some 10 ms. */
const PENDING_BYTES_MAX = 64 << 20;
const PENDING_MIN = 4_096;
/** Removed nodes are taken out when they are this share of the graph: below it a walk hardly notices them. */
const REMOVED_SHARE = 0.2;
const REMOVED_MIN = 1_024;
/** A snapshot is written in the background when this share of the records has changed since the last. */
const SNAPSHOT_SHARE = 0.5;
const SNAPSHOT_MIN = 20_000;

let nextSpace = 1;

/**
 * The index of one collection while it is open: which slots are live, what the structure holds already, and
 * the background work that links, mends and saves.
 *
 * A vector is searchable as soon as `put` returns: until a worker has linked it, searches compare with it one
 * by one. Removal is immediate too; the structure keeps the removed as stepping stones until it is mended.
 * Correct answers never depend on the state of the structure, only their cost does.
 */
export class LiveIndex {
  /** Slots that searches may answer. */
  readonly live = new BitSet();
  readonly family: Family;
  readonly slots = new SlotAllocator();
  private readonly settings: LiveIndexSettings;
  private readonly identity: SnapshotIdentity;
  private readonly spaceId = nextSpace++;
  private space: VectorSpace;
  private liveCount = 0;
  /** Live and not in the structure, in the order in which they will be linked. */
  private readonly pending = new Set<number>();
  /** In the hands of a worker at this moment. */
  private readonly linking = new Set<number>();
  /** Not live, but still in the structure. */
  private removed = new Set<number>();
  /** In the structure with a vector that has been replaced since; also pending. */
  private replaced = new Set<number>();
  /** Live and linked, but the structure's own check did not reach them: compared one by one. */
  private stranded: readonly number[] = [];
  /** Whether the structure holds marked slots that are about to be released. */
  private mending = false;
  private waitingList: Uint32Array | undefined;
  private changedSinceCheck = 0;
  private readonly structure = new Mutex();
  private readonly searching = new Set<Promise<unknown>>();
  private work: Promise<void> | undefined;
  private closed = false;
  private failure: unknown;
  private walkFactor = 16;
  private seq = 0;
  /** See `prepared`; known with the first vectors. */
  private lengthBound: number | undefined;
  /** Where walks compare codes: the range in use, and what it should be by the vectors seen. */
  private codeRange: CodeRange | undefined;
  private seenRange = new ScalarRange();
  /** Whether codes of two ranges are in memory: a walk would be misled. */
  private recoding = false;
  private savedSeq = 0;
  private changedSinceSave = 0;

  constructor(settings: LiveIndexSettings) {
    this.settings = settings;
    this.family = familyOf(settings.index.family);
    this.space = this.newSpace();
    const { dimension, metric, index } = settings;
    this.identity = {
      collection: settings.identity,
      dimension,
      metric,
      index,
      storedBytes: this.space.layout.storedBytes,
    };
  }

  /**
   * Loads the snapshot, if there is a sound one, and answers the change that it has seen; 0 without one. A
   * damaged or outdated snapshot is said and passed over: the caller puts every record then.
   *
   * @param committed the store's latest change; a snapshot that claims to know more belongs to another store
   */
  async loadSnapshot(committed: number): Promise<number> {
    const path = this.settings.snapshotPath;
    if (!path || !existsSync(path)) return 0;
    try {
      const header: SnapshotHeader = readSnapshotHeader(path, this.identity);
      if (header.seq > committed) {
        throw new VecinoError(
          'SNAPSHOT_OUTDATED',
          `snapshot "${path}" knows change ${header.seq}, the store ends at ${committed}`,
        );
      }
      this.space.reserve(header.slots);
      await this.run('loadSnapshot', { path, slots: header.slots });
      this.slots.use(header.slots);
      this.lengthBound = header.lengthBound;
      if (header.codes) {
        this.useRange(header.codes.range);
        this.seenRange = new ScalarRange(header.codes.learnt);
      }
      this.seq = this.savedSeq = header.seq;
      return header.seq;
    } catch (cause) {
      this.space = this.newSpace();
      this.settings.warn({
        code: 'SNAPSHOT_REBUILT',
        message: `collection "${this.settings.collection}": the index snapshot cannot be used and is rebuilt from the records (${cause instanceof Error ? cause.message : cause})`,
        collection: this.settings.collection,
        cause,
      });
      return 0;
    }
  }

  /**
   * Takes over what the store holds, after `loadSnapshot`: which slots are occupied. Answers those whose
   * vectors the structure does not have; the caller puts them.
   */
  async adopt(occupied: Uint32Array): Promise<number[]> {
    const known = this.slots.end;
    const end = Math.max(known, (occupied.at(-1) ?? -1) + 1);
    this.space.reserve(end);
    this.slots.use(end);
    const slice = new TimeSlice();
    const missing: number[] = [];
    let next = 0;
    for (const slot of occupied) {
      for (; next < slot; next++) this.vacate(next, known);
      next = slot + 1;
      if (slot < known && this.space.isLinked(slot)) this.revive(slot);
      else missing.push(slot);
      await slice.pause();
    }
    for (; next < end; next++) this.vacate(next, known);
    this.changedSinceCheck = Number.MAX_SAFE_INTEGER;
    return missing;
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
    if (vectors.length > 0) this.lengthBound ??= lengthBoundOf(vectors);
  }

  /** Sets slots aside for new records; there is memory for them afterwards. */
  allocate(count: number): Uint32Array {
    const slots = this.slots.allocate(count);
    try {
      this.space.reserve(this.slots.end);
    } catch (error) {
      this.slots.free(slots);
      throw error;
    }
    return slots;
  }

  /** Makes a prepared vector searchable in its slot. */
  put(slot: number, vector: Float32Array): void {
    this.slots.claim(slot);
    this.space.reserve(slot + 1);
    this.space.writeVector(slot, vector);
    if (this.space.layout.coded) this.seenRange.learn(vector);
    if (this.family.builder) {
      if (this.space.isLinked(slot) || this.linking.has(slot)) this.replaced.add(slot);
      this.removed.delete(slot);
      this.pending.add(slot);
      this.waitingList = undefined;
    } else {
      this.space.setLinked(slot);
    }
    this.revive(slot);
    this.changed();
  }

  /** Whether the slot holds this very vector. */
  holds(slot: number, vector: Float32Array): boolean {
    const stored = this.space.readVector(slot);
    return vector.every((value, i) => Object.is(stored[i], value));
  }

  /** Hides a slot from searches. It is free for reuse when the structure has let it go. */
  remove(slot: number): void {
    if (!this.live.has(slot)) return;
    this.live.delete(slot);
    this.space.setLive(slot, false);
    this.liveCount -= 1;
    this.changed();
    if (this.pending.delete(slot)) this.waitingList = undefined;
    const inStructure = this.family.builder && (this.space.isLinked(slot) || this.linking.has(slot));
    if (inStructure) this.removed.add(slot);
    else this.free([slot]);
  }

  /** Starts the background work, if there is any. */
  kick(): void {
    if (this.work || this.closed || this.failure || !this.hasWork) return;
    this.work = this.runWork().finally(() => {
      this.work = undefined;
    });
  }

  /** Resolves when few enough vectors wait to be linked for a search to compare with them. */
  async room(): Promise<void> {
    const most = Math.max(PENDING_MIN, PENDING_BYTES_MAX / this.space.layout.vectorStride);
    while (this.pending.size > most && this.work) await Promise.race([this.turn(), this.work]);
  }

  /** Resolves when everything that is waiting now is linked. */
  async flush(): Promise<void> {
    this.kick();
    while (this.work) await this.work;
    if (this.failure) throw this.failure;
  }

  async search(search: IndexSearch): Promise<IndexFound> {
    const matches = search.allowed ? search.allowed.count() : this.liveCount;
    const effort = search.effort ?? this.family.effort(this.settings.index);
    const waiting = this.pending.size + this.stranded.length;
    const { way, reason, costNs } = plan({
      exact: search.exact,
      approximate: this.family.search !== undefined && !this.failure && !this.recoding,
      live: this.liveCount,
      matches,
      pending: waiting,
      effort,
      k: search.k,
      walkFactor: this.walkFactor,
      floats: this.space.layout.floats,
    });
    const request: SearchRequest = {
      query: preparedQuery(this.settings.metric, search.query),
      k: search.k,
      way,
      effort,
      oversample: search.oversample,
      slots: this.slots.end,
      ...(search.allowed && { allowed: search.allowed.words }),
      matches,
      pending: way === 'graph' ? this.waiting() : new Uint32Array(),
      hasRemoved: this.removed.size > 0 || this.mending,
    };
    const inline = costNs <= INLINE_NS_MAX;
    const found = inline
      ? searchSpace(this.space, this.family, request)
      : await this.tracked(this.run('search', { family: this.family.name, request }));
    if (found.way === 'graph' && !search.allowed && effort >= search.k) {
      // A running mean of what walks cost here, for the planner.
      this.walkFactor += ((found.distanceComputations - waiting) / effort - this.walkFactor) / 16;
    }
    return {
      ...found,
      reason: found.gaveUp ? `${reason}; the walk became dearer than comparing with all` : reason,
      thread: inline ? 'caller' : 'worker',
      live: this.liveCount,
      matches,
      pending: waiting,
      effort: found.way === 'graph' ? effort : 0,
    };
  }

  /** Takes removed slots out of the structure and writes the snapshot. */
  async compact(): Promise<void> {
    await this.flush();
    if (this.family.builder) await this.mend();
    await this.flush();
    await this.save();
  }

  /** Writes the snapshot if anything changed since the last. A failure is a warning: the records are safe. */
  async save(): Promise<void> {
    const path = this.settings.snapshotPath;
    this.changedSinceSave = 0;
    if (!path || this.settings.readOnly || (this.savedSeq === this.seq && existsSync(path))) return;
    await this.structure.run(async () => {
      const { seq } = this;
      const slots = this.slots.end;
      const header = snapshotHeader(this.identity, {
        seq,
        slots,
        entry: this.space.entry,
        lengthBound: this.lengthBound ?? 0,
        codes: this.codeRange ? { range: this.codeRange, learnt: this.seenRange.learnt } : null,
      });
      try {
        await this.run('saveSnapshot', { path, header: { ...header } as never, slots });
        // Readers may have opened the snapshot before this one: what it lacks they still find in the log.
        await this.settings.forgetRemovals(this.savedSeq);
        this.savedSeq = seq;
      } catch (cause) {
        this.settings.warn({
          code: 'SNAPSHOT_NOT_WRITTEN',
          message: `collection "${this.settings.collection}": the index snapshot could not be written, the next opening builds the index anew (${cause instanceof Error ? cause.message : cause})`,
          collection: this.settings.collection,
          cause,
        });
      }
    });
  }

  /** Problems of structure and bookkeeping. What the structure cannot reach is no problem once it is known. */
  async check(): Promise<string[]> {
    if (this.family.builder) await this.findStranded();
    const problems = await this.structure.run(() =>
      this.run('check', { family: this.family.name, slots: this.slots.end }),
    );
    if (this.live.count() !== this.liveCount)
      problems.push(`${this.liveCount} records counted, ${this.live.count()} live`);
    for (const slot of this.live) {
      const known =
        !this.family.builder || this.pending.has(slot) || this.linking.has(slot) || this.space.isLinked(slot);
      if (!known) problems.push(`slot ${slot} is live but neither linked nor waiting`);
    }
    return problems;
  }

  get figures() {
    const { layout } = this.space;
    const slots = this.slots.end;
    const vectorBytes = slots * layout.vectorStride;
    const blocks = this.space.blocks;
    const path = this.settings.snapshotPath;
    return {
      family: this.family.name,
      linked: this.liveCount - this.pending.size,
      pending: this.pending.size,
      removed: this.removed.size,
      unreached: this.stranded.length,
      slots,
      vectorBytes,
      indexBytes: layout.blockBase + blocks * layout.blockBytes - vectorBytes,
      snapshotBytes: path && existsSync(path) ? statSync(path).size : 0,
    };
  }

  /** Ends the background work and, unless the collection is dropped, writes the snapshot. */
  async close(options: { save: boolean }): Promise<void> {
    this.closed = true;
    await this.work?.catch(() => undefined);
    await Promise.allSettled([...this.searching]);
    if (options.save && !this.failure) await this.save();
    this.settings.pool.forget(this.spaceId);
  }

  private newSpace(): VectorSpace {
    const { dimension, metric, index, pool } = this.settings;
    const graph = this.family.graph(index);
    const coded = this.family.quantizer(index) === 'sq8';
    return VectorSpace.create(
      layoutOf({
        dimension: preparedWidth(metric, dimension),
        kernel: kernelOf(metric),
        ...(graph && { graph }),
        coded,
        lanes: pool.size + 1,
      }),
    );
  }

  private run<T extends TaskName>(task: T, args: TaskArgs<T>, member?: number): Promise<TaskResult<T>> {
    return this.settings.pool.run(task, this.spaceId, this.space.shared, args, member);
  }

  private tracked<T>(search: Promise<T>): Promise<T> {
    this.searching.add(search);
    const done = () => this.searching.delete(search);
    search.then(done, done);
    return search;
  }

  /** What searches compare with one by one; made anew only after a change, because it can be long. */
  private waiting(): Uint32Array {
    this.waitingList ??= Uint32Array.from([...this.pending, ...this.stranded]);
    return this.waitingList;
  }

  /** Gives slots back once no search on a worker can still answer them. */
  private free(slots: readonly number[]): void {
    if (this.searching.size === 0) this.slots.free(slots);
    else
      void Promise.allSettled([...this.searching]).then(() =>
        this.slots.free(slots.filter((slot) => !this.live.has(slot))),
      );
  }

  private revive(slot: number): void {
    if (this.live.has(slot)) return;
    this.live.add(slot);
    this.space.setLive(slot, true);
    this.liveCount += 1;
  }

  /** A slot that the store does not occupy: a stepping stone if the snapshot linked it, else free. */
  private vacate(slot: number, known: number): void {
    if (this.family.builder && slot < known && this.space.isLinked(slot)) this.removed.add(slot);
    else this.slots.free([slot]);
  }

  private changed(): void {
    this.changedSinceSave += 1;
    this.changedSinceCheck += 1;
  }

  private get tooManyRemoved(): boolean {
    return this.removed.size > Math.max(REMOVED_MIN, this.liveCount * REMOVED_SHARE);
  }

  private get hasWork(): boolean {
    if (!this.family.builder) return this.wantsSaving;
    return (
      this.pending.size > 0 ||
      this.replaced.size > 0 ||
      this.tooManyRemoved ||
      this.wantsCheck ||
      this.wantsSaving
    );
  }

  private get wantsCheck(): boolean {
    return (
      this.family.builder !== undefined &&
      this.changedSinceCheck > Math.max(REMOVED_MIN, this.liveCount * 0.1)
    );
  }

  private get wantsSaving(): boolean {
    const path = this.settings.snapshotPath;
    if (!path || this.settings.readOnly) return false;
    return this.changedSinceSave > Math.max(SNAPSHOT_MIN, this.liveCount * SNAPSHOT_SHARE);
  }

  private async runWork(): Promise<void> {
    try {
      while (!this.closed && this.hasWork) {
        if (this.replaced.size > 0 || this.tooManyRemoved) await this.mend();
        else if (this.pending.size > 0) await this.structure.run(() => this.linkRound());
        else if (this.wantsCheck) await this.findStranded();
        else await this.save();
      }
    } catch (error) {
      // Searches go on, exactly: what is live is known without the structure.
      this.failure = error;
      this.settings.warn({
        code: 'INDEX_BUILD_FAILED',
        message: `collection "${this.settings.collection}": building the index failed, searches compare with every record until the collection is opened anew (${error instanceof Error ? error.message : error})`,
        collection: this.settings.collection,
        cause: error,
      });
    }
  }

  /** One turn of every worker. */
  private async linkRound(): Promise<void> {
    if (this.space.layout.coded) await this.recode();
    const queue = this.pending.values();
    const turns: Promise<void>[] = [];
    for (let member = 0; member < this.settings.pool.size; member++) {
      const slots: number[] = [];
      for (const slot of queue) {
        slots.push(slot);
        this.linking.add(slot);
        if (slots.length === LINK_CHUNK) break;
      }
      if (slots.length > 0) turns.push(this.linkTurn(Uint32Array.from(slots), member));
    }
    await Promise.all(turns);
  }

  /** Codes everything anew when the values have outgrown the range of the codes. */
  private async recode(): Promise<void> {
    const range = this.seenRange.choose(this.codeRange);
    if (range === this.codeRange) return;
    this.recoding = true;
    this.useRange(range);
    for (let from = 0; from < this.slots.end; from += REPAIR_CHUNK) {
      await this.run('encode', { from, to: Math.min(this.slots.end, from + REPAIR_CHUNK) });
    }
    this.recoding = false;
  }

  private useRange(range: CodeRange): void {
    this.codeRange = range;
    this.space.writeCodeRange(range.offset, range.scale);
  }

  private async linkTurn(slots: Uint32Array, member: number): Promise<void> {
    const done = await this.run('link', { family: this.family.name, slots, timeMs: LINK_TURN_MS }, member);
    for (const slot of slots) this.linking.delete(slot);
    for (const slot of slots.subarray(0, done)) this.settle(slot);
    this.waitingList = undefined;
    // Those that the turn did not reach may have been removed meanwhile.
    const gone = [...slots.subarray(done)].filter((slot) => !this.live.has(slot));
    for (const slot of gone) this.removed.delete(slot);
    this.free(gone);
  }

  /** Takes note that a slot is linked now. */
  private settle(slot: number): void {
    if (this.live.has(slot) && !this.replaced.has(slot)) this.pending.delete(slot);
  }

  private turn(): Promise<void> {
    return this.structure.idle();
  }

  /** Takes what is removed or replaced out of the structure and frees the slots of the removed. */
  private async mend(): Promise<void> {
    await this.structure.run(async () => {
      const family = this.family.name;
      const slots = this.slots.end;
      const removed = this.removed;
      const replaced = this.replaced;
      this.removed = new Set();
      this.replaced = new Set();
      this.mending = true;
      await this.run('mark', { family, slots, replaced: Uint32Array.from(replaced) });
      for (let from = 0; from < slots; from += REPAIR_CHUNK) {
        await this.run('repair', { family, from, to: Math.min(slots, from + REPAIR_CHUNK) });
      }
      await this.run('release', { family, slots });
      this.mending = false;
      this.free([...removed].filter((slot) => !this.live.has(slot)));
      // Removed after the start, but before the marks were set: released together with the others.
      const early = [...this.removed].filter((slot) => !this.space.isLinked(slot));
      for (const slot of early) this.removed.delete(slot);
      this.free(early);
    });
    this.changedSinceCheck = Number.MAX_SAFE_INTEGER;
  }

  private async findStranded(): Promise<void> {
    await this.structure.run(async () => {
      this.changedSinceCheck = 0;
      const lost = await this.run('unreachable', { family: this.family.name, slots: this.slots.end });
      this.stranded = [...lost].filter((slot) => this.live.has(slot));
      this.waitingList = undefined;
    });
  }
}
