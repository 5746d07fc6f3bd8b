import type { ReembedOptions, ReembedProgress } from '../../api/reembed.ts';

/** Milliseconds between two reports of the same stage. */
const REPORT_MS = 100;

/** Tells the caller how far it is, stage by stage: each when it begins, and some times a second. */
export class Report {
  private readonly onProgress: ReembedOptions['onProgress'];
  private stage: ReembedProgress['stage'] | undefined;
  private records = 0;
  /** Where this call has begun, and when. */
  private from = 0;
  private began = 0;
  private reported = 0;

  constructor(onProgress: ReembedOptions['onProgress']) {
    this.onProgress = onProgress;
  }

  /** A stage begins, with so many records from before. */
  begin(stage: ReembedProgress['stage'], records: number, total: number): void {
    this.stage = stage;
    this.from = records;
    this.records = records;
    this.began = performance.now();
    this.tell(total);
  }

  /** So many more records have passed; of the stages behind nothing is told any more. */
  pass(stage: ReembedProgress['stage'], records: number, total: number): void {
    if (stage === this.stage) this.reach(stage, this.records + records, total);
  }

  /** So many records have passed in all. */
  reach(stage: ReembedProgress['stage'], records: number, total: number): void {
    if (stage !== this.stage) return;
    this.records = Math.min(records, total);
    if (performance.now() - this.reported >= REPORT_MS) this.tell(total);
  }

  private tell(total: number): void {
    const { stage, records } = this;
    this.reported = performance.now();
    if (stage === undefined) return;
    const seconds = (this.reported - this.began) / 1_000;
    const rate = records > this.from && seconds > 0 ? (records - this.from) / seconds : 0;
    const secondsLeft = rate > 0 ? (total - records) / rate : undefined;
    this.onProgress?.({ stage, records, total, recordsPerSecond: rate, secondsLeft });
  }
}
