import { SingleBar } from 'cli-progress';
import type { Output } from './output.ts';
import { Pace, type PaceState } from './pace.ts';
import { displayWidth } from './text/display-width.ts';

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
const BAR_COLUMNS_MAX = 24;
const BAR_COLUMNS_MIN = 6;

/** A bar on a terminal, a line every few seconds in a log, nothing with `--quiet` or `--json`. */
export function showProgress(output: Output, subject: ProgressSubject): Progress {
  if (output.quiet) return { update() {}, skip() {}, [Symbol.dispose]() {} };
  const pace = new Pace(subject.what, subject.unit, subject.start, () => performance.now());
  return process.stderr.isTTY ? terminalBar(output, pace, subject.start) : logLines(output, pace);
}

function terminalBar(output: Output, pace: Pace, start: PaceState): Progress {
  let state = start;
  const bar = new SingleBar({
    format: (_, { maxWidth }) => withBar(pace.describe(state), state, maxWidth),
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

/** The words, behind a bar as long as the line has room for. */
function withBar(words: string, { done, total }: PaceState, width: number): string {
  const room = Math.min(BAR_COLUMNS_MAX, width - displayWidth(words) - '[]  '.length);
  if (total === undefined || total === 0 || room < BAR_COLUMNS_MIN) return words;
  const full = Math.round(Math.min(done / total, 1) * room);
  return `[${'='.repeat(full)}${' '.repeat(room - full)}]  ${words}`;
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
