import type { AnalysisOptions, AnalysisProgress } from '../../api/analysis.ts';
import { VecinoError } from '../../base/errors.ts';
import { describeValue } from '../../base/options.ts';
import type { CollectionState } from '../collection-state.ts';

/** Milliseconds between two reports of the same stage. */
const REPORT_MS = 100;

/** A question about the whole collection on its way: says how far it is, and ends when nobody wants it any more. */
export class Course {
  private readonly state: CollectionState;
  private readonly thing: string;
  private readonly onProgress: AnalysisOptions['onProgress'];
  private readonly signal: AbortSignal | undefined;
  private stage: AnalysisProgress['stage'] | undefined;
  private reported = 0;

  constructor(
    state: CollectionState,
    thing: string,
    { onProgress, signal }: Pick<AnalysisOptions, 'onProgress' | 'signal'>,
  ) {
    if (onProgress !== undefined && typeof onProgress !== 'function') {
      throw invalid(thing, 'onProgress', 'a function', onProgress);
    }
    if (signal !== undefined && !(signal instanceof AbortSignal)) {
      throw invalid(thing, 'signal', 'an AbortSignal', signal);
    }
    this.state = state;
    this.thing = thing;
    this.onProgress = onProgress;
    this.signal = signal;
    this.mayGoOn();
  }

  /** To be called between two pieces of the work: throws where it is to end, and reports now and then. */
  passed(stage: AnalysisProgress['stage'], done: number, total: number): void {
    this.mayGoOn();
    const now = performance.now();
    const isNews = stage !== this.stage || now - this.reported >= REPORT_MS || done === total;
    if (!this.onProgress || !isNews) return;
    this.stage = stage;
    this.reported = now;
    this.onProgress({ stage, done, total });
  }

  private mayGoOn(): void {
    this.state.requireOpen();
    if (!this.signal?.aborted) return;
    throw new VecinoError(
      'CANCELLED',
      `${this.thing}: it was ended by its signal; call it again for an answer`,
    );
  }
}

function invalid(thing: string, option: string, expected: string, value: unknown): VecinoError {
  const received = describeValue(value);
  return new VecinoError(
    'OPTION_INVALID',
    `${thing}: option "${option}" is ${received}, expected ${expected}`,
    {
      details: { option, expected, received },
    },
  );
}
