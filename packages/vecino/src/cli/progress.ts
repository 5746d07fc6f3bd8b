import { SingleBar } from 'cli-progress';
import type { Output } from './output.ts';
import { Pace, type PaceState } from './pace.ts';

/** Shows how far a long work is, on stderr, until it is disposed of. */
export interface Progress extends Disposable {
  update(state: PaceState): void;
  /** So much was done before this work began. */
  skip(done: number, records: number): void;
}

export interface ProgressSubject {
  /** A word for the work: `importing`. */
  readonly what: string;
  readonly unit: 'bytes' | 'records';
  readonly start: PaceState;
}

/** A log keeps every line, so it hears less often than a terminal. */
const LINE_INTERVAL_MS = 5_000;
const BAR_COLUMNS = 24;

/** A bar on a terminal, a line every few seconds in a log, nothing with `--quiet` or `--json`. */
export function showProgress(output: Output, subject: ProgressSubject): Progress {
  if (output.quiet) return { update() {}, skip() {}, [Symbol.dispose]() {} };
  const pace = new Pace(subject.what, subject.unit, subject.start, () => performance.now());
  return process.stderr.isTTY ? terminalBar(output, pace, subject.start) : logLines(output, pace);
}

function terminalBar(output: Output, pace: Pace, start: PaceState): Progress {
  let state = start;
  const bar = new SingleBar({
    format: () => `${barText(state)}${pace.describe(state)}`,
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
    linewrap: true,
    gracefulExit: false,
  });
  output.hold();
  bar.start(start.total ?? 0, start.done);
  return {
    update(next) {
      state = next;
      bar.update(next.done);
    },
    skip: (done, records) => pace.skip(done, records),
    [Symbol.dispose]() {
      bar.stop();
      output.release();
    },
  };
}

function barText({ done, total }: PaceState): string {
  if (total === undefined || total === 0) return '';
  const full = Math.round(Math.min(done / total, 1) * BAR_COLUMNS);
  return `[${'='.repeat(full)}${' '.repeat(BAR_COLUMNS - full)}]  `;
}

function logLines(output: Output, pace: Pace): Progress {
  let writtenMs = performance.now();
  return {
    update(state) {
      if (performance.now() - writtenMs < LINE_INTERVAL_MS) return;
      writtenMs = performance.now();
      output.note(pace.describe(state));
    },
    skip: (done, records) => pace.skip(done, records),
    [Symbol.dispose]() {},
  };
}
