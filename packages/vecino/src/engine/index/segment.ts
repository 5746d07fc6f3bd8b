import { existsSync, rmSync, statSync } from 'node:fs';
import type { Calibration } from '../../api/collection-stats.ts';
import { assert, present } from '../../base/assert.ts';
import { VecinoError } from '../../base/errors.ts';
import { TimeSlice } from '../../base/time-slice.ts';
import { BLOCK_SLOTS } from '../../kernel/layout.ts';
import type { WorkerPool } from '../../kernel/worker-pool.ts';
import { IndexMemory, type IndexShape, layoutFor } from './index-memory.ts';
import { IndexSearcher, type SegmentFound, type SegmentSearch } from './index-searcher.ts';
import { IndexUpkeep } from './index-upkeep.ts';
import { NodeStates } from './node-states.ts';
import type { Place, Relayable } from './place.ts';
import { reserveInSlices } from './reserve-in-slices.ts';
import {
  readSnapshotHeader,
  type SnapshotHeader,
  type SnapshotIdentity,
  snapshotHeader,
} from './snapshot.ts';
import type { VectorsOf } from './vectors-on-disk.ts';

/** What the snapshots of an index know together. */
export interface Knowledge {
  /** The change that all of them have seen; 0 without any. */
  readonly seq: number;
  readonly lengthBound: number | undefined;
  readonly calibration?: Calibration | undefined;
}

export interface SegmentSettings extends IndexShape {
  /** Tells this collection's snapshots from another's. */
  readonly identity: string;
  readonly segment: number;
  readonly pool: WorkerPool;
  /** Where the snapshot lies; undefined in memory. */
  readonly snapshotPath: string | undefined;
  /** Told the slots that are free for other records. */
  readonly freed: (slots: readonly number[]) => void;
  readonly vectorsOf: VectorsOf;
  /** Told why the segment could not be laid out anew in the background and stays as it is. */
  readonly relayFailed: (error: unknown) => void;
}

/** Unlinked vectors are compared one by one; writes wait when that would take longer than some 10 ms. */
const PENDING_BYTES_MAX = 64 << 20;
const PENDING_MIN = 4_096;

/**
 * One memory of at most 4 GiB with the records of a range of slots, and everything that is done to it. Slots
 * are counted from the start of that range here. Which node holds a slot's vector is nobody else's affair.
 */
export class Segment implements Relayable {
  memory: IndexMemory;
  nodes: NodeStates;
  /** See `relaySegment`. */
  touched: Set<number> | undefined;
  private readonly settings: SegmentSettings;
  private readonly upkeep: IndexUpkeep;
  private readonly searcher: IndexSearcher;

  constructor(settings: SegmentSettings) {
    this.settings = settings;
    this.memory = new IndexMemory(settings, settings.pool);
    this.nodes = this.statesFor(this.memory);
    this.upkeep = new IndexUpkeep(this, settings.vectorsOf, settings.relayFailed);
    this.searcher = new IndexSearcher(settings, this, this.upkeep, settings.vectorsOf);
  }

  get capacity(): number {
    return this.memory.space.layout.segmentSlots;
  }

  get hasSnapshot(): boolean {
    return this.settings.snapshotPath !== undefined && existsSync(this.settings.snapshotPath);
  }

  another(room: number): Place {
    const memory = new IndexMemory(this.settings, this.settings.pool, room);
    assert(
      memory.space.layout.segmentSlots === this.capacity,
      'slots of a segment do not depend on what is learnt',
    );
    return { memory, nodes: this.statesFor(memory) };
  }

  /**
   * Loads the snapshot and answers its header.
   *
   * @param committed the store's latest change at that moment; a snapshot that claims to know more belongs to another
   *   store
   * @throws SNAPSHOT_CORRUPT, SNAPSHOT_OUTDATED: it cannot be used, and the segment with it; discard both
   */
  async load(path: string, committed: () => number): Promise<SnapshotHeader> {
    const header = readSnapshotHeader(path, (room) => this.identityWith(room));
    // Asked for after the header is read: beside a process that writes, the snapshot may be newer than the question.
    const latest = committed();
    if (header.seq > latest) {
      throw new VecinoError(
        'SNAPSHOT_OUTDATED',
        `snapshot "${path}" knows change ${header.seq}, the store ends at ${latest}`,
      );
    }
    if (header.room !== this.memory.room) {
      this.memory.release();
      ({ memory: this.memory, nodes: this.nodes } = this.another(header.room));
    }
    await reserveInSlices(this.memory.space, header.nodes);
    await this.memory.run('loadSnapshot', { path, nodes: header.nodes });
    const slice = new TimeSlice();
    for (const _ of this.nodes.readNodes(header.nodes)) await slice.pause();
    if (header.codes) this.upkeep.useCodes(header.codes);
    return header;
  }

  /** Takes over which slots the store occupies; answers those whose vectors are missing. */
  async adopt(occupied: Iterable<number>): Promise<number[]> {
    const slice = new TimeSlice();
    const missing: number[] = [];
    for (const slot of this.nodes.adopt(occupied)) {
      if (slot !== undefined) missing.push(slot);
      await slice.pause();
    }
    this.upkeep.distrust();
    return missing;
  }

  /** Sets nodes aside for slots, with memory for them; all or none. */
  place(slots: readonly number[]): void {
    for (const [i, slot] of slots.entries()) {
      try {
        this.nodes.place(slot);
      } catch (error) {
        this.giveBack(slots.slice(0, i));
        throw error;
      }
    }
  }

  giveBack(slots: readonly number[]): void {
    for (const slot of slots) this.nodes.giveBack(slot);
  }

  /** Makes a prepared vector searchable. */
  put(slot: number, vector: Float32Array): void {
    const node = this.nodes.nodeOf(slot) ?? this.nodes.place(slot);
    this.upkeep.learn(vector);
    this.memory.space.writeVector(node, vector);
    this.nodes.put(node);
    this.touched?.add(slot);
    this.upkeep.changed();
  }

  remove(slot: number): void {
    const node = this.nodes.nodeOf(slot);
    if (node === undefined || !this.nodes.remove(node)) return;
    this.touched?.add(slot);
    this.upkeep.changed();
  }

  holds(slot: number, vector: Float32Array): boolean {
    const node = this.nodes.nodeOf(slot);
    return node !== undefined && this.memory.space.holds(node, vector);
  }

  hasNodeFor(slot: number): boolean {
    return this.nodes.nodeOf(slot) !== undefined;
  }

  get needsWork(): boolean {
    return this.upkeep.isNeeded;
  }

  /** Does the next thing that is needed. */
  work(): Promise<void> {
    return this.upkeep.step();
  }

  /** Resolves when few enough vectors wait to be linked for a search to compare with them, or `work` ends. */
  async room(work: () => Promise<void> | undefined): Promise<void> {
    const { layout } = this.memory.space;
    const most = Math.max(
      PENDING_MIN,
      PENDING_BYTES_MAX / Math.max(layout.vectorStride, 2 * layout.halfBytes, layout.rowBytes),
    );
    while (this.nodes.pendingCount > most) {
      const working = work();
      if (!working) return;
      await this.upkeep.turnOr(working);
    }
  }

  search(search: SegmentSearch, sound: boolean): Promise<SegmentFound> {
    return this.searcher.search(search, sound);
  }

  searchMany(searches: readonly SegmentSearch[], sound: boolean): Promise<SegmentFound[]> {
    return this.searcher.searchMany(searches, sound);
  }

  /** Takes removed nodes out of the structure. */
  mend(): Promise<void> {
    return this.upkeep.mend();
  }

  /**
   * Lays everything out anew in another memory, while searches and writes go on, where that changes anything: the
   * order has become worse, or there are at least so many gaps.
   */
  async compact(gapsMin = 1): Promise<void> {
    const { builder, learner } = this.memory.family;
    const gaps = this.nodes.allocator.end - this.nodes.count;
    const hasOrder = builder?.order !== undefined || learner?.assign !== undefined;
    // One block cannot shrink, and lies together as it is.
    if (!this.upkeep.hasChangedSinceLaid || this.nodes.allocator.end <= BLOCK_SLOTS) return;
    if (!hasOrder && gaps < gapsMin) return;
    await this.upkeep.compact();
  }

  /** Lets learning be tried again that has failed. */
  retry(): void {
    this.upkeep.retry();
  }

  /** Runs something while the structure stands still. */
  exclusive<T>(task: () => Promise<T>): Promise<T> {
    return this.upkeep.exclusive(task);
  }

  /** The same, before anything that takes long. */
  exclusiveSoon<T>(task: () => Promise<T>): Promise<T> {
    return this.upkeep.exclusiveSoon(task);
  }

  /** Lets no new work begin, and runs something after the last. */
  end(task: () => Promise<void>): Promise<void> {
    return this.upkeep.end(task);
  }

  /** Whether a snapshot can be written: a replaced vector still has the links of the one before it. */
  get isWhole(): boolean {
    return this.nodes.replacedCount === 0;
  }

  /** Writes the snapshot; to be called while the structure stands still. */
  async save(path: string, { seq, lengthBound = 0, calibration }: Knowledge): Promise<void> {
    const nodes = this.nodes.allocator.end;
    const header = snapshotHeader(present(this.identityWith(this.memory.room), 'a room that can be'), {
      seq,
      nodes,
      entry: this.memory.space.entry,
      lengthBound,
      codes: this.upkeep.codes,
      model: this.memory.space.hasModel || this.memory.room > 0,
      ...(calibration && { calibration }),
    });
    await this.memory.run('saveSnapshot', { path, header: { ...header } as never, nodes });
  }

  /** Problems of structure and bookkeeping. What the structure cannot reach is no problem once it is known. */
  async check(): Promise<string[]> {
    await this.upkeep.findStranded();
    const problems = await this.upkeep.exclusive(() =>
      this.memory.run('check', { nodes: this.nodes.allocator.end }),
    );
    return [...problems, ...this.nodes.problems()];
  }

  get figures() {
    const { space } = this.memory;
    const nodes = this.nodes.allocator.end;
    const vectorBytes = nodes * space.layout.vectorStride;
    const path = this.settings.snapshotPath;
    return {
      linked: this.nodes.count - this.nodes.pendingCount,
      pending: this.nodes.pendingCount,
      removed: this.nodes.removedCount,
      unreached: this.nodes.strandedCount,
      slots: nodes,
      vectorBytes,
      indexBytes: space.bytesAllocated - vectorBytes + this.nodes.bytes,
      snapshotBytes: path && existsSync(path) ? statSync(path).size : 0,
    };
  }

  /** Resolves when no search on a worker uses the memory any more, and lets go of it. */
  async close(): Promise<void> {
    await this.nodes.searchesToEnd();
    this.memory.release();
  }

  /** Lets go of a memory that was never used, and of the snapshot that spoilt it. */
  discard(removeSnapshot: boolean): void {
    this.memory.release();
    if (!removeSnapshot || !this.settings.snapshotPath) return;
    try {
      rmSync(this.settings.snapshotPath, { force: true });
    } catch {
      // What cannot be removed is replaced by the next snapshot, or that cannot be written either and is said.
    }
  }

  private statesFor(memory: IndexMemory): NodeStates {
    return new NodeStates(memory.space, memory.family.builder, this.settings.freed);
  }

  /** What a snapshot of a memory with this room must say of itself; undefined where there cannot be such a room. */
  private identityWith(room: number): SnapshotIdentity | undefined {
    const { identity, dimension, metric, index, segment, pool } = this.settings;
    const roomMax = this.memory.family.learner?.room(index, this.capacity) ?? 0;
    if (!Number.isInteger(room) || room < 0 || room > roomMax) return undefined;
    const { storedBytes, segmentSlots } = layoutFor(this.settings, pool.size + 1, room);
    return { collection: identity, dimension, metric, index, room, storedBytes, segment, segmentSlots };
  }
}
