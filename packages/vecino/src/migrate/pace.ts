import type { MigrationProgress } from '../api/migration.ts';

type Stage = MigrationProgress['stage'];

/** A terminal need not be told more often. */
const INTERVAL_MS = 200;

/** Tells how far a migration is: its rate in the stage at hand, and what that leaves. */
export class Pace {
  private readonly tell: (progress: MigrationProgress) => void;
  private readonly now: () => number;
  private stage: Stage | undefined;
  private total: number | undefined;
  private records = 0;
  private startMs = 0;
  private startRecords = 0;
  private toldMs = 0;

  constructor(
    tell: ((progress: MigrationProgress) => void) | undefined,
    now: () => number = () => performance.now(),
  ) {
    this.tell = tell ?? (() => undefined);
    this.now = now;
  }

  /** @param before what an earlier call has done of it */
  begin(stage: Stage, total: number | undefined, before = 0): void {
    this.stage = stage;
    this.total = total;
    this.records = before;
    this.startRecords = before;
    this.startMs = this.now();
    this.say();
  }

  advance(records: number): void {
    this.reach(this.records + records);
  }

  reach(records: number, total = this.total): void {
    this.records = records;
    this.total = total;
    if (this.now() - this.toldMs >= INTERVAL_MS) this.say();
  }

  /** Tells the end of the stage, whenever the last word was. */
  end(): void {
    this.say();
  }

  private say(): void {
    const { stage, records } = this;
    if (!stage) return;
    this.toldMs = this.now();
    // What is written meanwhile makes more of them than were counted.
    const total = this.total === undefined ? undefined : Math.max(this.total, records);
    const seconds = (this.toldMs - this.startMs) / 1_000;
    const recordsPerSecond = seconds > 0 ? (records - this.startRecords) / seconds : 0;
    const secondsLeft =
      total === undefined || recordsPerSecond === 0 ? undefined : (total - records) / recordsPerSecond;
    this.tell({ stage, records, total, recordsPerSecond, secondsLeft });
  }
}
