import type { Warning } from '../../api/database.ts';
import type { IndexOptions } from '../../api/index-options.ts';
import { BLOCK_SLOTS } from '../../kernel/layout.ts';
import { preparedWidth } from '../../vector/prepare.ts';
import { CalibrationGround } from './calibration-ground.ts';
import { Calibrator } from './calibrator.ts';
import type { SegmentFound, SegmentSearch } from './index-searcher.ts';
import { type Alone, IndexSnapshots } from './index-snapshots.ts';
import { indexEnded, isEnd } from './index-upkeep.ts';
import { mergeFound } from './merge-found.ts';
import { reserveInSlices } from './reserve-in-slices.ts';
import { type Knowledge, Segment, type SegmentSettings } from './segment.ts';
import { Segments } from './segments.ts';
import type { VectorsOf } from './vectors-on-disk.ts';

export interface StructureSettings
  extends Omit<SegmentSettings, 'segment' | 'snapshotPath' | 'freed' | 'vectorsOf' | 'relayFailed'> {
  /** Where a segment's snapshot lies; undefined in memory. */
  readonly snapshotPath: (segment: number) => string | undefined;
  readonly readOnly: boolean;
  readonly warn: (code: Warning['code'], what: string, cause?: unknown) => void;
  /** Told the change up to which no one needs the log of removals any more. */
  readonly forgetRemovals: (seq: number) => Promise<void>;
  /** What snapshots are to know of the index at this moment. */
  readonly knowledge: () => Knowledge;
  /** Told the slots that this structure has let go. */
  readonly freed: (slots: readonly number[]) => void;
  readonly vectorsOf: VectorsOf;
}

const asTurn: Alone = (segment, task) => segment.exclusive(task);

/** With no more than this many vectors to link, a structure that was built beside another may take its place. */
const PENDING_FEW = 1_024;

/**
 * All segments of one family with the same options, their snapshots, and the work on them in the background.
 * Slots are those of the whole index. What is live and which slots are free is nobody's affair here.
 */
export class IndexStructure {
  readonly segments: Segments;
  readonly snapshots: IndexSnapshots;
  readonly calibrator: Calibrator;
  /** What a calibration is made on. */
  readonly ground: CalibrationGround;
  private readonly settings: StructureSettings;
  private working: Promise<void> | undefined;
  private ended = false;
  private failure: unknown;
  private hasSaidRelayFailed = false;

  constructor(settings: StructureSettings) {
    this.settings = settings;
    this.segments = new Segments((ordinal) => this.newSegment(ordinal));
    this.snapshots = new IndexSnapshots(settings, this.segments);
    const { dimension, vectorsOf } = settings;
    this.ground = new CalibrationGround(this, this.segments, dimension, vectorsOf);
    this.calibrator = new Calibrator(this.ground);
  }

  get options(): Required<IndexOptions> {
    return this.settings.index;
  }

  /** Live records. */
  get count(): number {
    return this.segments.all.reduce((sum, { nodes }) => sum + nodes.count, 0);
  }

  get pendingCount(): number {
    return this.segments.all.reduce((sum, { nodes }) => sum + nodes.pendingCount, 0);
  }

  /** The smallest floats that hold stored vectors. */
  get floats(): 'f32' | 'f16' {
    return this.segments.first.memory.space.layout.originals === 'f16' ? 'f16' : 'f32';
  }

  /** Slots at and beyond this one have no node. */
  get slotsEnd(): number {
    const { capacity, all } = this.segments;
    return Math.max(...all.map(({ nodes }, ordinal) => ordinal * capacity + nodes.slotsEnd));
  }

  /** Sets nodes aside for slots, with memory for them; all or none. */
  place(slots: Uint32Array): void {
    const placed: (readonly [Segment, readonly number[]])[] = [];
    try {
      this.segments.reach(slots.reduce((most, slot) => Math.max(most, slot + 1), 0));
      for (const [segment, locals] of this.segments.grouped(slots)) {
        segment.place(locals);
        placed.push([segment, locals]);
      }
    } catch (error) {
      for (const [segment, locals] of placed) segment.giveBack(locals);
      throw error;
    }
  }

  giveBack(slots: Uint32Array): void {
    for (const [segment, locals] of this.segments.grouped(slots)) segment.giveBack(locals);
  }

  /** Makes a prepared vector searchable in its slot. */
  put(slot: number, vector: Float32Array): void {
    this.segments.reach(slot + 1);
    const { segment, local } = this.segments.at(slot);
    segment.put(local, vector);
    this.changed();
  }

  remove(slot: number): void {
    if (slot >= this.segments.all.length * this.segments.capacity) return;
    const { segment, local } = this.segments.at(slot);
    segment.remove(local);
    this.changed();
  }

  /** Whether the slot holds this very vector, as far as the structure keeps it. */
  holds(slot: number, vector: Float32Array): boolean {
    const { segment, local } = this.segments.at(slot);
    return segment.holds(local, vector);
  }

  /** Whether a node holds the slot's vector, or one that the slot had, or is set aside for it. */
  hasNodeFor(slot: number): boolean {
    if (slot >= this.segments.all.length * this.segments.capacity) return false;
    const { segment, local } = this.segments.at(slot);
    return segment.hasNodeFor(local);
  }

  /** The vector of a live slot as it was put, where memory holds it to the bit. */
  vectorOf(slot: number): Float32Array | undefined {
    const { segment, local } = this.segments.at(slot);
    const node = segment.nodes.nodeOf(local);
    const { space } = segment.memory;
    if (node === undefined || space.layout.originals !== 'f32') return undefined;
    return space.readVector(node).slice(0, preparedWidth(this.settings.metric, this.settings.dimension));
  }

  /** Makes room for these slots, with pauses. */
  async reserve(slots: Uint32Array): Promise<void> {
    this.segments.reach((slots.at(-1) ?? -1) + 1);
    for (const [segment, , locals] of this.segments.partsOf(slots)) {
      await reserveInSlices(segment.memory.space, locals.length);
    }
  }

  /** Starts the background work, if there is any. */
  kick(): void {
    if (this.working || this.ended || this.failure) return;
    if (!this.needsWork && !this.isSavingDue) {
      this.calibrator.kick();
      return;
    }
    this.working = this.work().finally(() => {
      this.working = undefined;
      this.calibrator.kick();
    });
  }

  /** Resolves when few enough vectors wait to be linked for a search to compare with them. */
  async room(): Promise<void> {
    for (const segment of this.segments.all) await segment.room(() => this.working);
  }

  /** Resolves when everything that is waiting now is linked. */
  async flush(): Promise<void> {
    this.kick();
    while (this.working) await this.working;
    if (this.failure) throw this.failure;
    if (this.ended && this.pendingCount > 0) throw indexEnded();
  }

  /**
   * Links everything, without snapshots, until next to nothing is left. `step` is called between two steps and
   * may throw to end it.
   */
  async build(step: () => void): Promise<void> {
    for (;;) {
      step();
      const segment = this.segments.all.find(({ needsWork }) => needsWork);
      if (!segment) return;
      const before = this.pendingCount;
      await segment.work();
      // Under steady writes there is always something left, which goes on after the exchange.
      if (before > 0 && this.pendingCount > 0 && this.pendingCount <= PENDING_FEW) return step();
    }
  }

  async search(queryOf: (ordinal: number) => SegmentSearch, k: number): Promise<SegmentFound> {
    const found = this.segments.all.map(async (segment, ordinal) =>
      this.located(await segment.search(queryOf(ordinal), this.isSound), ordinal),
    );
    return mergeFound(await Promise.all(found), k);
  }

  /** Answers many searches, on all workers. */
  async searchMany(
    ks: readonly number[],
    queriesOf: (ordinal: number) => readonly SegmentSearch[],
  ): Promise<SegmentFound[]> {
    const parts = await Promise.all(
      this.segments.all.map(async (segment, ordinal) => {
        const found = await segment.searchMany(queriesOf(ordinal), this.isSound);
        return found.map((one) => this.located(one, ordinal));
      }),
    );
    return ks.map((k, i) =>
      mergeFound(
        parts.flatMap((part) => part[i] ?? []),
        k,
      ),
    );
  }

  get isIdle(): boolean {
    return !this.working && !this.failure && this.pendingCount === 0;
  }

  get isEnded(): boolean {
    return this.ended;
  }

  /** Takes removed slots out of the structure, lays it out anew without gaps, and writes the snapshots. */
  async compact(): Promise<void> {
    for (const segment of this.segments.all) segment.retry();
    await this.flush();
    for (const segment of this.segments.all) {
      await segment.mend();
      await segment.compact();
    }
    await this.flush();
    await this.save();
  }

  async save(alone: Alone = asTurn): Promise<void> {
    const { calibration } = this.calibrator;
    await this.snapshots.save({ ...this.settings.knowledge(), calibration }, alone);
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
      family: this.options.family,
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
      (inner, segment) => () => segment.exclusiveSoon(inner),
      async () => {
        await task();
        this.ended = true;
        for (const segment of this.segments.all) void segment.end(async () => undefined);
      },
    );
    await still();
  }

  /** Ends the background work and, if asked to, writes the snapshots where that is worthwhile. */
  async close(options: { save: boolean }): Promise<void> {
    this.ended = true;
    // Whoever compacts or checks at this moment ends the present turn; the next one is refused.
    const last: Alone = (segment, task) => segment.end(task);
    if (options.save && !this.failure && this.isSavingWorthwhile) await this.save(last);
    await Promise.all(this.segments.all.map((segment) => segment.end(async () => undefined)));
    await this.working;
    await this.calibrator.idle();
    await Promise.all(this.segments.all.map((segment) => segment.close()));
  }

  /** Whether `error` says no more than that this structure has ended. */
  hasEndedBy(error: unknown): boolean {
    return this.ended && isEnd(error);
  }

  /** Whether the structure may be trusted. */
  private get isSound(): boolean {
    return this.failure === undefined;
  }

  private get needsWork(): boolean {
    return this.segments.all.some((segment) => segment.needsWork);
  }

  private get isSavingDue(): boolean {
    return this.snapshots.isDue(this.count);
  }

  private get isSavingWorthwhile(): boolean {
    return this.snapshots.isWorthwhile(this.count, this.calibrator.calibration);
  }

  private changed(): void {
    this.snapshots.changed();
    this.calibrator.changed();
  }

  /** A segment's answer with slots as the whole index counts them. */
  private located(found: SegmentFound, ordinal: number): SegmentFound {
    const first = ordinal * this.segments.capacity;
    return first === 0 ? found : { ...found, slots: found.slots.map((slot) => slot + first) };
  }

  private async work(): Promise<void> {
    try {
      while (!this.ended) {
        const segment = this.segments.all.find(({ needsWork }) => needsWork);
        if (segment) await segment.work();
        else if (this.isSavingDue) await this.tidy();
        else break;
      }
    } catch (error) {
      if (this.ended) return;
      // Searches go on, exactly: what is live is known without the structure.
      this.failure = error;
      const consequence = 'searches compare with every record until the collection is opened anew';
      this.settings.warn('INDEX_BUILD_FAILED', `building the index failed, ${consequence}`, error);
    }
  }

  /** After large changes: nodes in a good order are found faster, and the next opening has less to replay. */
  private async tidy(): Promise<void> {
    try {
      for (const segment of this.segments.all) await segment.compact(BLOCK_SLOTS);
    } catch (error) {
      if (isEnd(error)) throw error;
      this.relayFailed(error);
    }
    await this.save();
  }

  /** Said once: without memory for it, it is tried again and again. */
  private relayFailed(error: unknown): void {
    if (this.hasSaidRelayFailed) return;
    this.hasSaidRelayFailed = true;
    this.settings.warn(
      'INDEX_BUILD_FAILED',
      'the index could not be laid out anew; it goes on as it is, and this is tried again after further writes; if memory is short, give the process more of it and call compact() to try again at once',
      error,
    );
  }

  private newSegment(ordinal: number): Segment {
    const { vectorsOf, freed, snapshotPath, ...settings } = this.settings;
    const first = (segment: Segment) => ordinal * segment.capacity;
    const segment: Segment = new Segment({
      ...settings,
      segment: ordinal,
      snapshotPath: snapshotPath(ordinal),
      freed: (slots) => freed(slots.map((slot) => first(segment) + slot)),
      relayFailed: (error) => this.relayFailed(error),
      vectorsOf: (slots) => vectorsOf(Uint32Array.from(slots, (slot) => first(segment) + slot)),
    });
    return segment;
  }
}
