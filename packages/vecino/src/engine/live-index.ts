import { existsSync, rmSync, statSync } from 'node:fs';
import type { Warning } from '../api/database.ts';
import type { BitSet } from '../base/bit-set.ts';
import { VecinoError } from '../base/errors.ts';
import { TimeSlice } from '../base/time-slice.ts';
import type { WorkerPool } from '../kernel/worker-pool.ts';
import { lengthBoundOf, prepared } from '../vector/prepare.ts';
import { IndexMemory, type IndexShape } from './index-memory.ts';
import { type IndexFound, type IndexSearch, IndexSearcher } from './index-searcher.ts';
import { IndexUpkeep, indexEnded } from './index-upkeep.ts';
import { SlotStates } from './slot-states.ts';
import { readSnapshotHeader, type SnapshotIdentity, snapshotHeader } from './snapshot.ts';

export interface LiveIndexSettings extends IndexShape {
  readonly collection: string;
  /** Tells this collection's snapshot from another's. */
  readonly identity: string;
  readonly pool: WorkerPool;
  /** Where the snapshot lies; undefined in memory. */
  readonly snapshotPath: string | undefined;
  readonly readOnly: boolean;
  readonly warn: (warning: Warning) => void;
  /** Told the change up to which no one needs the log of removals any more. */
  readonly forgetRemovals: (seq: number) => Promise<void>;
}

/** Unlinked vectors are compared one by one; writes wait when that would take longer than some 10 ms. */
const PENDING_BYTES_MAX = 64 << 20;
const PENDING_MIN = 4_096;
/** Vectors that are learnt from, in one go. */
const LEARNT = 1_000;
/** A snapshot is written in the background when this share of the records has changed since the last. */
const SNAPSHOT_SHARE = 0.5;
const SNAPSHOT_MIN = 20_000;

/**
 * The index of one collection while it is open.
 *
 * A vector is searchable as soon as `put` returns: until a worker has linked it, searches compare with it one
 * by one. Removal is immediate too; the structure keeps the removed as stepping stones until it is mended.
 * Correct answers never depend on the state of the structure, only their cost does.
 */
export class LiveIndex {
  private readonly settings: LiveIndexSettings;
  private memory: IndexMemory;
  private slots: SlotStates;
  private upkeep: IndexUpkeep;
  private searcher: IndexSearcher;
  private work: Promise<void> | undefined;
  private closed = false;
  private failure: unknown;
  private seq = 0;
  private savedSeq = 0;
  private lacksSnapshot = false;
  private changedSinceSave = 0;
  /** See `prepared`; known with the first vectors. */
  private lengthBound: number | undefined;

  constructor(settings: LiveIndexSettings) {
    this.settings = settings;
    this.memory = new IndexMemory(settings, settings.pool);
    this.slots = new SlotStates(this.memory.space, this.memory.family.builder !== undefined);
    this.upkeep = new IndexUpkeep(this.memory, this.slots);
    this.searcher = new IndexSearcher(this.settings, this.memory, this.slots, this.upkeep);
  }

  /** Slots that searches may answer. */
  get live(): BitSet {
    return this.slots.live;
  }

  /**
   * Loads the snapshot, if there is a sound one, and answers the change that it has seen; 0 without one. A
   * damaged or outdated snapshot is said and passed over: the caller puts every record then.
   *
   * @param committed the store's latest change; a snapshot that claims to know more belongs to another store
   */
  async loadSnapshot(committed: number): Promise<number> {
    const path = this.settings.snapshotPath;
    if (!path) return 0;
    if (!existsSync(path)) {
      this.lacksSnapshot = true;
      return 0;
    }
    try {
      const header = readSnapshotHeader(path, this.identity);
      if (header.seq > committed) {
        throw new VecinoError(
          'SNAPSHOT_OUTDATED',
          `snapshot "${path}" knows change ${header.seq}, the store ends at ${committed}`,
        );
      }
      this.memory.space.reserve(header.slots);
      await this.memory.run('loadSnapshot', { path, slots: header.slots });
      this.slots.allocator.use(header.slots);
      // 0 stands for none: the collection was empty.
      this.lengthBound = header.lengthBound || undefined;
      if (header.codes) this.upkeep.useCodes(header.codes);
      this.seq = this.savedSeq = header.seq;
      return header.seq;
    } catch (cause) {
      this.startAfresh();
      // It must not outlive this session: after a crash, the store's numbers may have passed those that it
      // claims to know, and nothing would tell that it knows them from elsewhere.
      if (!this.settings.readOnly) removeFile(path);
      this.warn(
        'SNAPSHOT_REBUILT',
        'the index snapshot cannot be used and is rebuilt from the records',
        cause,
      );
      return 0;
    }
  }

  /**
   * Takes over what the store holds, after `loadSnapshot`: which slots are occupied. Answers those whose
   * vectors the structure does not have; the caller puts them.
   */
  async adopt(occupied: Uint32Array): Promise<number[]> {
    const known = this.slots.allocator.end;
    const end = Math.max(known, (occupied.at(-1) ?? -1) + 1);
    this.memory.space.reserve(end);
    this.slots.allocator.use(end);
    const slice = new TimeSlice();
    const missing: number[] = [];
    for (const slot of this.slots.adopt(occupied, known)) {
      if (slot !== undefined) missing.push(slot);
      await slice.pause();
    }
    this.upkeep.distrust();
    // A reader may well have come before the writer's first snapshot.
    if (this.lacksSnapshot && occupied.length > 0 && !this.settings.readOnly) {
      this.warn('SNAPSHOT_REBUILT', 'the index snapshot is missing and is rebuilt from the records');
    }
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
    if (vectors.length > 0) this.lengthBound ??= lengthBoundOf(vectors.slice(0, LEARNT));
  }

  /** Sets slots aside for new records; there is memory for them afterwards. */
  allocate(count: number): Uint32Array {
    const slots = this.slots.allocator.allocate(count);
    try {
      this.memory.space.reserve(this.slots.allocator.end);
    } catch (error) {
      this.slots.allocator.free(slots);
      throw error;
    }
    return slots;
  }

  /** Gives back slots of a write that failed. */
  giveBack(slots: Uint32Array): void {
    this.slots.allocator.free(slots);
  }

  /** Makes a prepared vector searchable in its slot. */
  put(slot: number, vector: Float32Array): void {
    this.slots.allocator.claim(slot);
    this.memory.space.reserve(slot + 1);
    this.memory.space.writeVector(slot, vector);
    this.slots.put(slot);
    this.upkeep.learn(vector);
    this.changed();
  }

  /** Whether the slot holds this very vector. */
  holds(slot: number, vector: Float32Array): boolean {
    const stored = this.memory.space.readVector(slot);
    return vector.every((value, i) => Object.is(stored[i], value));
  }

  /** Hides a slot from searches. It is free for reuse when the structure has let it go. */
  remove(slot: number): void {
    if (this.slots.remove(slot)) this.changed();
  }

  /** Starts the background work, if there is any. */
  kick(): void {
    if (this.work || this.closed || this.failure || !(this.upkeep.isNeeded || this.wantsSaving)) return;
    this.work = this.runWork().finally(() => {
      this.work = undefined;
    });
  }

  /** Resolves when few enough vectors wait to be linked for a search to compare with them. */
  async room(): Promise<void> {
    const most = Math.max(PENDING_MIN, PENDING_BYTES_MAX / this.memory.space.layout.vectorStride);
    while (this.slots.pendingCount > most && this.work) await Promise.race([this.upkeep.turn(), this.work]);
  }

  /** Resolves when everything that is waiting now is linked. */
  async flush(): Promise<void> {
    this.kick();
    while (this.work) await this.work;
    if (this.failure) throw this.failure;
    if (this.closed && this.slots.pendingCount > 0) throw indexEnded();
  }

  search(search: IndexSearch): Promise<IndexFound> {
    return this.searcher.search(search, this.failure === undefined);
  }

  /** Takes removed slots out of the structure and writes the snapshot. */
  async compact(): Promise<void> {
    await this.flush();
    await this.upkeep.mend();
    await this.flush();
    await this.upkeep.exclusive(() => this.save());
  }

  /** Writes the snapshot if anything changed since the last. A failure is a warning: the records are safe. */
  private async save(): Promise<void> {
    const path = this.settings.snapshotPath;
    this.changedSinceSave = 0;
    if (!path || this.settings.readOnly || (this.savedSeq === this.seq && existsSync(path))) return;
    // A replaced vector still has the links of the one before it: the older snapshot and a replay are better.
    if (this.slots.replacedCount > 0) return;
    const { seq } = this;
    const slots = this.slots.allocator.end;
    const header = snapshotHeader(this.identity, {
      seq,
      slots,
      entry: this.memory.space.entry,
      lengthBound: this.lengthBound ?? 0,
      codes: this.upkeep.codes,
    });
    try {
      await this.memory.run('saveSnapshot', { path, header: { ...header } as never, slots });
      // Readers may have opened the snapshot before this one: what it lacks they still find in the log.
      await this.settings.forgetRemovals(this.savedSeq);
      this.savedSeq = seq;
    } catch (cause) {
      this.warn(
        'SNAPSHOT_NOT_WRITTEN',
        'the index snapshot could not be written, the next opening builds the index anew',
        cause,
      );
    }
  }

  /** Problems of structure and bookkeeping. What the structure cannot reach is no problem once it is known. */
  async check(): Promise<string[]> {
    await this.upkeep.findStranded();
    const slots = this.slots.allocator.end;
    const problems = await this.upkeep.exclusive(() => this.memory.run('check', { slots }));
    return [...problems, ...this.slots.problems()];
  }

  get figures() {
    const { layout, blocks } = this.memory.space;
    const slots = this.slots.allocator.end;
    const vectorBytes = slots * layout.vectorStride;
    const path = this.settings.snapshotPath;
    return {
      family: this.memory.family.name,
      linked: this.slots.count - this.slots.pendingCount,
      pending: this.slots.pendingCount,
      removed: this.slots.removedCount,
      unreached: this.slots.strandedCount,
      slots,
      vectorBytes,
      indexBytes: layout.blockBase + blocks * layout.blockBytes - vectorBytes,
      snapshotBytes: path && existsSync(path) ? statSync(path).size : 0,
    };
  }

  /** Runs what makes the index superfluous while nobody works on it; if that succeeds, nobody will any more. */
  endWith(task: () => Promise<void>): Promise<void> {
    return this.upkeep.exclusive(async () => {
      await task();
      this.closed = true;
      void this.upkeep.end(async () => undefined);
    });
  }

  /** Ends the background work and, unless the collection is dropped, writes the snapshot. */
  async close(options: { save: boolean }): Promise<void> {
    this.closed = true;
    // Whoever compacts or checks at this moment ends the present turn; the next one is refused.
    const last = this.upkeep.end(async () => {
      if (options.save && !this.failure) await this.save();
    });
    await Promise.all([this.work, this.slots.searchesToEnd(), last]);
    this.memory.release();
  }

  private get identity(): SnapshotIdentity {
    const { identity, dimension, metric, index } = this.settings;
    const { storedBytes } = this.memory.space.layout;
    return { collection: identity, dimension, metric, index, storedBytes };
  }

  private get wantsSaving(): boolean {
    if (!this.settings.snapshotPath || this.settings.readOnly) return false;
    return this.changedSinceSave > Math.max(SNAPSHOT_MIN, this.slots.count * SNAPSHOT_SHARE);
  }

  private changed(): void {
    this.changedSinceSave += 1;
    this.upkeep.changed();
  }

  /** Forgets what a damaged snapshot has left in memory. */
  private startAfresh(): void {
    this.memory.release();
    this.memory = new IndexMemory(this.settings, this.settings.pool);
    this.slots = new SlotStates(this.memory.space, this.memory.family.builder !== undefined);
    this.upkeep = new IndexUpkeep(this.memory, this.slots);
    this.searcher = new IndexSearcher(this.settings, this.memory, this.slots, this.upkeep);
  }

  private async runWork(): Promise<void> {
    try {
      while (!this.closed) {
        if (this.upkeep.isNeeded) await this.upkeep.step();
        else if (this.wantsSaving) await this.upkeep.exclusive(() => this.save());
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

  private warn(code: Warning['code'], what: string, cause?: unknown): void {
    const { collection } = this.settings;
    const reason = cause === undefined ? '' : ` (${cause instanceof Error ? cause.message : cause})`;
    this.settings.warn({ code, message: `collection "${collection}": ${what}${reason}`, collection, cause });
  }
}

function removeFile(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // What cannot be removed is replaced by the next snapshot, or that cannot be written either and is said.
  }
}
