import type { MigrationProgress } from '../../api/migration.ts';
import type { Output } from '../output.ts';
import { type Progress, showProgress } from '../progress.ts';

/** Progress of one stage of a migration after another; of some nobody knows how much there is. */
export class MigrationStages implements Disposable {
  private readonly output: Output;
  private stage: string | undefined;
  private shown: Progress | undefined;

  constructor(output: Output) {
    this.output = output;
  }

  show({ stage, records, total }: MigrationProgress): void {
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
