import { REINDEX_OPTIONS, type ReindexOptions, type ReindexProgress } from '../api/reindex.ts';
import { VecinoError } from '../base/errors.ts';
import { describeValue, readOptions } from '../base/options.ts';
import { readVector } from '../vector/read-vector.ts';
import { chooseIndex, type Verdict } from './auto-policy.ts';
import type { CollectionState } from './collection-state.ts';
import { waitingFor } from './describe-collection.ts';
import type { IndexStructure } from './index/index-structure.ts';
import { reindex } from './index/reindex.ts';
import { type ReadIndexChoice, readIndexChoice, storedFormOf, storedIndexChoice } from './index-choice.ts';

/** Milliseconds between two reports of the same stage. */
const REPORT_MS = 100;

/** A reindexing that is under way. */
interface Run {
  /** Begun by ourselves, because the collection has grown or shrunk. */
  readonly automatic: boolean;
  /** What it makes of the collection, as the store will have it. */
  readonly form: string;
  /** Whoever wants to know how far it is. */
  readonly reports: Report[];
  /** Whoever may end it. */
  readonly signals: AbortSignal[];
  cancelled: boolean;
  readonly ended: Promise<unknown>;
}

type Report = (progress: ReindexProgress) => void;

/**
 * Changes the index of one collection's vectors, one change at a time: to what the caller asks for, or, where the choice
 * is left to us, to what the policy says. What we have begun by ourselves gives way to the caller.
 */
export class Reindexer {
  private readonly state: CollectionState;
  private readonly border: number | undefined;
  private current: Run | undefined;
  private isHeld = false;
  /** The number of records at which the change over by ourselves failed last. */
  private failedAt: number | undefined;

  /**
   * @param state of one field, where there are several
   * @param border other than the policy's own, for tests
   */
  constructor(state: CollectionState, border?: number) {
    this.state = state;
    this.border = border;
  }

  /** Gives the collection the index that the caller asks for. Answers whether there was anything to do. */
  async reindex(index: unknown, { onProgress, signal }: ReindexOptions): Promise<boolean> {
    const { state } = this;
    const thing = `reindex ${state.thing}`;
    const read = readIndexChoice(thing, index, state);
    const report = reporting(onProgress);
    while (this.current?.automatic) {
      const { current } = this;
      if (current.form === JSON.stringify(storedFormOf(this.settled(read)))) {
        current.reports.push(report);
        if (signal) current.signals.push(signal);
        await current.ended;
        return true;
      }
      current.cancelled = true;
      await current.ended.catch(() => undefined);
    }
    if (this.current || this.isHeld) {
      const other = this.isHeld ? 'a change of the model' : 'another reindexing';
      throw new VecinoError(
        'REINDEX_RUNNING',
        `${thing}: ${other} is under way, expected one at a time; wait for it, or end it by its signal`,
      );
    }
    const wanted = this.settled(read);
    if (JSON.stringify(storedFormOf(wanted)) === JSON.stringify(this.storedForm)) return false;
    await this.begin(wanted, false, [report], signal ? [signal] : []);
    const waiting = waitingFor(wanted.structure, state.index.count);
    if (waiting) state.index.warn('INDEX_WAITING', waiting);
    return true;
  }

  /** Lets nothing change the index as long as a task runs: what is under way ends before, or is ended. */
  async standStill<T>(task: () => Promise<T>): Promise<T> {
    this.isHeld = true;
    try {
      while (this.current) {
        if (this.current.automatic) this.current.cancelled = true;
        await this.current.ended.catch(() => undefined);
        await Promise.resolve();
      }
      return await task();
    } finally {
      this.isHeld = false;
      this.review();
    }
  }

  /** Begins a change over in the background where the collection leaves the choice to us and the policy says so. */
  review(): void {
    const { state } = this;
    if (state.field.recallTarget !== undefined) state.index.wantCalibration();
    if (this.current || this.isHeld || !state.store.writer || state.index.isClosed) return;
    const { asked } = this.choice;
    if (asked.family !== 'auto') return;
    const { family } = this.verdict(asked.recall);
    if (family === state.index.options.family || this.hasJustFailed) return;
    const wanted = this.settled({ asked, structure: state.index.options });
    this.begin(wanted, true, [], []).catch((error: unknown) => {
      // Who drops or closes the collection ends this, too.
      if (state.isEnded || state.index.isClosed || isCancelled(error)) return;
      this.failedAt = state.index.count;
      state.index.warn(
        'REINDEX_FAILED',
        `changing the index over to ${wanted.structure.family} failed, ${state.index.options.family} goes on`,
        error,
      );
    });
  }

  /** Not at every write anew, but when the collection has grown much since. */
  private get hasJustFailed(): boolean {
    return this.failedAt !== undefined && this.state.index.count < 2 * this.failedAt;
  }

  private get storedForm() {
    return storedFormOf(this.choice);
  }

  private get choice(): ReadIndexChoice {
    const { collectionName, field } = this.state;
    return storedIndexChoice(collectionName, field.stored);
  }

  private verdict(recall: number): Verdict {
    const { metric, dimension, index } = this.state;
    const situation = { records: index.count, dimension, metric, recall, serving: index.options.family };
    return chooseIndex(situation, this.border);
  }

  /** Where the choice is ours, the structure is what the policy says; if that family serves already, as it is. */
  private settled(choice: ReadIndexChoice): ReadIndexChoice {
    const { asked } = choice;
    if (asked.family !== 'auto') return choice;
    const { options } = this.state.index;
    const { family } = this.verdict(asked.recall);
    return readIndexChoice(this.state.thing, asked, this.state, family === options.family ? options : family);
  }

  private async begin(
    wanted: ReadIndexChoice,
    automatic: boolean,
    reports: Report[],
    signals: AbortSignal[],
  ): Promise<void> {
    const isEnded = () => run.cancelled || signals.some(({ aborted }) => aborted);
    const report: Report = (progress) => {
      for (const one of reports) one(progress);
    };
    const form = JSON.stringify(storedFormOf(wanted));
    // In the next turn, so that `run` is there.
    const ended = Promise.resolve().then(() => this.change(wanted, isEnded, report));
    const run: Run = { automatic, form, reports, signals, cancelled: false, ended };
    this.current = run;
    try {
      await ended;
    } finally {
      this.current = undefined;
    }
    // The new index knows nothing yet, and the collection may have changed its size meanwhile.
    this.review();
  }

  private async change(wanted: ReadIndexChoice, isEnded: () => boolean, report: Report): Promise<void> {
    const { state } = this;
    const mayGoOn = () => {
      state.requireOpen();
      if (!isEnded()) return;
      throw new VecinoError(
        'CANCELLED',
        `reindex ${state.thing}: it was ended before the new index was ready; the old one goes on`,
      );
    };
    const commit = (check: () => void, exchange: () => void) =>
      state.writes.run(async () => {
        check();
        const form = storedFormOf(wanted);
        const { field } = state;
        await state.writer.setIndexOptions(state.id, field.number, form);
        field.stored = { ...field.stored, index: form };
        exchange();
      });
    mayGoOn();
    const { options } = state.index;
    // Another target of recall, or a choice that is ours now, changes nothing of what is built.
    if (JSON.stringify(options) === JSON.stringify(wanted.structure)) return commit(mayGoOn, () => undefined);
    await reindex(state.index, wanted.structure, {
      mayGoOn,
      progress: report,
      requireFitting: (vector, next) => this.requireFitting(vector, next),
      commit,
    });
  }

  /** 16-bit floats end early. Under cosine what is kept has length one. */
  private requireFitting(vector: Float32Array, { floats }: IndexStructure): void {
    const { dimension, metric, thing } = this.state;
    if (floats === 'f32' || metric === 'cosine') return;
    readVector(`reindex ${thing}: a stored record`, vector.subarray(0, dimension), dimension, metric, floats);
  }
}

function isCancelled(error: unknown): boolean {
  return error instanceof VecinoError && error.code === 'CANCELLED';
}

/** Validates what a caller of `reindex` gives beside the index. */
export function readReindexOptions(thing: string, options: ReindexOptions | undefined): ReindexOptions {
  const read = readOptions<ReindexOptions>(thing, REINDEX_OPTIONS, options);
  const { onProgress, signal } = read;
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    throw invalid(thing, 'onProgress', 'a function', onProgress);
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw invalid(thing, 'signal', 'an AbortSignal', signal);
  }
  return read;
}

function invalid(thing: string, option: string, expected: string, value: unknown): VecinoError {
  const received = describeValue(value);
  return new VecinoError(
    'OPTION_INVALID',
    `${thing}: option "${option}" is ${received}, expected ${expected}`,
    { details: { option, expected, received } },
  );
}

/** Reports each stage when it begins, and some times a second. */
function reporting(onProgress: ReindexOptions['onProgress']): Report {
  let stage: ReindexProgress['stage'] | undefined;
  let reported = 0;
  return (progress) => {
    const now = performance.now();
    if (!onProgress || (progress.stage === stage && now - reported < REPORT_MS)) return;
    stage = progress.stage;
    reported = now;
    onProgress(progress);
  };
}
