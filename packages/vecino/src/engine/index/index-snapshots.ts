import { existsSync, rmSync } from 'node:fs';
import type { Calibration } from '../../api/collection-stats.ts';
import type { Warning } from '../../api/database.ts';
import { isEnd } from './index-upkeep.ts';
import type { Knowledge, Segment } from './segment.ts';
import type { Segments } from './segments.ts';

export interface SnapshotSettings {
  /** Where a segment's snapshot lies; undefined in memory. */
  readonly snapshotPath: (segment: number) => string | undefined;
  readonly readOnly: boolean;
  /** Told the change up to which no one needs the log of removals any more. */
  readonly forgetRemovals: (seq: number) => Promise<void>;
  readonly warn: (code: Warning['code'], what: string, cause?: unknown) => void;
}

/** Runs a task while the structure of a segment stands still. */
export type Alone = (segment: Segment, task: () => Promise<void>) => Promise<void>;

/** Compaction and snapshots follow in the background when this share of the records has changed since the last. */
const SAVING_SHARE = 0.5;
const SAVING_MIN = 20_000;
/** Changes that closing leaves to be replayed by the next opening: at most these, and this share of the records. */
const REPLAYED_MAX = 1_000;
const REPLAYED_SHARE = 0.01;

const REBUILT = 'the index snapshot cannot be used and is rebuilt from the records';
/** Who only reads writes no snapshot either, so that the next one would say the same. */
const REBUILT_BY_READERS = `${REBUILT} whenever it is opened to read; open it once for writing (vecino compact), which writes another`;

/** The snapshots of one index, a file for each segment: when to write them, and what they know. */
export class IndexSnapshots {
  private readonly settings: SnapshotSettings;
  private readonly segments: Segments;
  private savedSeq = 0;
  private savedCalibration: Calibration | undefined;
  private changedSinceSave = 0;
  private missing = false;

  constructor(settings: SnapshotSettings, segments: Segments) {
    this.settings = settings;
    this.segments = segments;
  }

  /** Takes note that a slot was put or removed. */
  changed(): void {
    this.changedSinceSave += 1;
  }

  /** Whether there was none when the index was opened. */
  get isMissing(): boolean {
    return this.missing;
  }

  /** Whether enough has changed to write them in the background. */
  isDue(records: number): boolean {
    const due = Math.max(SAVING_MIN, records * SAVING_SHARE);
    return !this.settings.readOnly && this.changedSinceSave > due;
  }

  /** Whether closing should write them: a few changes are replayed faster than everything is written anew. */
  isWorthwhile(records: number, calibration: Calibration | undefined): boolean {
    const isMuch = this.changedSinceSave > Math.min(REPLAYED_MAX, records * REPLAYED_SHARE);
    // Files that were neither loaded nor written here are those of another family.
    return isMuch || this.savedSeq === 0 || !this.areThere || calibration !== this.savedCalibration;
  }

  /**
   * Loads the snapshots, as far as there are sound ones. A damaged or outdated one is passed over, and its segment stays
   * empty; that is said once, however many there are.
   *
   * @param committed the store's latest change at that moment; a snapshot that claims to know more belongs to another
   *   store
   */
  async load(committed: () => number): Promise<Knowledge> {
    const known: Knowledge[] = [];
    const causes: unknown[] = [];
    for (let ordinal = 0; ; ordinal++) {
      const path = this.settings.snapshotPath(ordinal);
      if (path === undefined) break;
      const { hasSnapshot } = this.segments.all[ordinal] ?? this.segments.add();
      if (!hasSnapshot) {
        // There is always one segment, and here an empty one at the end.
        if (ordinal === 0) this.missing = true;
        else this.segments.removeLast()?.discard(false);
        break;
      }
      try {
        known.push(await this.loadSegment(ordinal, path, committed));
      } catch (cause) {
        this.passBy(ordinal);
        causes.push(cause);
      }
    }
    if (causes.length > 0) {
      this.settings.warn(
        'SNAPSHOT_REBUILT',
        this.settings.readOnly ? REBUILT_BY_READERS : REBUILT,
        causes[0],
      );
    }
    if (known.length > 0) this.savedSeq = Math.min(...known.map(({ seq }) => seq));
    this.savedCalibration = known[0]?.calibration;
    return { ...known[0], lengthBound: known[0]?.lengthBound, seq: this.savedSeq };
  }

  /**
   * Writes the snapshots if anything changed since the last. A failure is a warning: the records are safe.
   * Segments that are saved one after another may know different changes; opening replays from the least.
   */
  async save(knowledge: Knowledge, alone: Alone): Promise<void> {
    this.changedSinceSave = 0;
    if (this.settings.readOnly || this.isSaved(knowledge)) return;
    let seen = knowledge.seq;
    try {
      for (const [ordinal, segment] of this.segments.all.entries()) {
        const path = this.settings.snapshotPath(ordinal);
        if (path === undefined) return;
        await alone(segment, async () => {
          // The older snapshot and a replay are better than links of a vector that is replaced.
          if (segment.isWhole) await segment.save(path, knowledge);
          else seen = Math.min(seen, this.savedSeq);
        });
      }
      // Readers may have opened the snapshots before these: what they lack they still find in the log.
      await this.settings.forgetRemovals(this.savedSeq);
      this.savedSeq = seen;
      this.savedCalibration = knowledge.calibration;
    } catch (cause) {
      // Whoever closes the collection meanwhile writes them, and whoever drops it wants none.
      if (isEnd(cause)) return;
      this.settings.warn(
        'SNAPSHOT_NOT_WRITTEN',
        'the index snapshot could not be written, the next opening builds the index anew',
        cause,
      );
    }
  }

  /** Removes the files of segments that there are no more: the collection had more of them with other options. */
  removeFurther(): void {
    for (let ordinal = this.segments.all.length; ; ordinal++) {
      const path = this.settings.snapshotPath(ordinal);
      if (path === undefined || !existsSync(path)) return;
      rmSync(path);
    }
  }

  private isSaved({ seq, calibration }: Knowledge): boolean {
    return this.savedSeq === seq && this.savedCalibration === calibration && this.areThere;
  }

  private get areThere(): boolean {
    return this.segments.all.every(({ hasSnapshot }) => hasSnapshot);
  }

  private async loadSegment(ordinal: number, path: string, committed: () => number): Promise<Knowledge> {
    const { seq, lengthBound, calibration } = await this.segments.get(ordinal).load(path, committed);
    // 0 stands for none: the collection was empty.
    return { seq, lengthBound: lengthBound || undefined, calibration };
  }

  /**
   * Empties a segment whose snapshot cannot be used. The file must not outlive this session: after a crash, the store's
   * numbers may have passed those that it claims to know, and nothing would tell that it knows them from elsewhere.
   */
  private passBy(ordinal: number): void {
    this.segments.get(ordinal).discard(!this.settings.readOnly);
    this.segments.renew(ordinal);
  }
}
