import { bytes, count, counted, duration } from './text/units.ts';

/** How far a long work is. */
export interface PaceState {
  /** Bytes or records behind us. */
  readonly done: number;
  /** Of how many; undefined where nobody knows. */
  readonly total: number | undefined;
  readonly records: number;
}

/** Rate and remaining time since the work was begun. */
export class Pace {
  private readonly what: string;
  private readonly unit: 'bytes' | 'records';
  private start: PaceState;
  private readonly now: () => number;
  private readonly startMs: number;

  constructor(what: string, unit: 'bytes' | 'records', start: PaceState, now: () => number) {
    this.what = what;
    this.unit = unit;
    this.start = start;
    this.now = now;
    this.startMs = now();
  }

  /** Counts nothing of this as work of ours: somebody had done it before. */
  skip(done: number, records: number): void {
    this.start = { ...this.start, done: this.start.done + done, records: this.start.records + records };
  }

  /** `importing 41%  1.2 MB of 2.9 MB  12,000 records  3,400/s  5.0 s left`. */
  describe(state: PaceState): string {
    const elapsedMs = this.now() - this.startMs;
    const { done, total, records } = state;
    const percent = total === undefined || total === 0 ? '' : ` ${Math.floor((100 * done) / total)}%`;
    const parts = [`${this.what}${percent}`];
    if (this.unit === 'bytes')
      parts.push(total === undefined ? bytes(done) : `${bytes(done)} of ${bytes(total)}`);
    const whole = this.unit === 'records' && total !== undefined ? ` of ${count(total)}` : '';
    parts.push(whole === '' ? counted(records, 'record') : `${count(records)}${whole} records`);
    if (elapsedMs > 0) parts.push(`${count((1000 * (records - this.start.records)) / elapsedMs)}/s`);
    const advanced = done - this.start.done;
    if (total !== undefined && advanced > 0 && done < total) {
      parts.push(`${duration((elapsedMs * (total - done)) / advanced)} left`);
    }
    return parts.join('  ');
  }
}
