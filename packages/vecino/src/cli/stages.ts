import type { Output } from './output.ts';
import { type Progress, showProgress } from './progress.ts';

/** How far one of several stages is. */
export interface Stage {
  readonly stage: string;
  readonly records: number;
  /** Undefined where nobody knows how much there is. */
  readonly total: number | undefined;
}

/** Progress of one stage after another. */
export class Stages implements Disposable {
  private readonly output: Output;
  private stage: string | undefined;
  private shown: Progress | undefined;

  constructor(output: Output) {
    this.output = output;
  }

  show({ stage, records, total }: Stage): void {
    const state = { done: records, total, records };
    if (stage !== this.stage) {
      this[Symbol.dispose]();
      this.stage = stage;
      this.shown = showProgress(this.output, { what: stage, unit: 'records', start: state });
    }
    this.shown?.update(state);
  }

  [Symbol.dispose](): void {
    this.shown?.[Symbol.dispose]();
    this.shown = undefined;
  }
}
