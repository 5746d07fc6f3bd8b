import type { AnalysisOptions, AnalysisProgress } from '../api/analysis.ts';
import { openForReading } from './folder.ts';
import { Interrupt } from './interrupt.ts';
import { type NamespaceFlags, type Records, recordsOf } from './namespace.ts';
import { Output, type OutputFlags } from './output.ts';
import { type Progress, showProgress } from './progress.ts';

export interface AnalysisFlags extends OutputFlags, NamespaceFlags {}

type Watched = Required<Pick<AnalysisOptions, 'onProgress' | 'signal'>>;

/** Asks a question about a whole collection, shows how far it is, and lets Ctrl-C end it. */
export async function analyse<T>(
  folder: string,
  collectionName: string,
  flags: AnalysisFlags,
  ask: (records: Records, watched: Watched) => Promise<T>,
): Promise<{ readonly answer: T; readonly output: Output }> {
  const output = new Output(flags);
  using interrupt = new Interrupt(() => output.note('ending; Ctrl-C again ends at once'));
  await using db = await openForReading(folder, output);
  const records = recordsOf(await db.openCollection(collectionName), flags.namespace);
  using stages = new Stages(output);
  const watched = {
    signal: interrupt.signal,
    onProgress: (progress: AnalysisProgress) => stages.show(progress),
  };
  return { answer: await ask(records, watched), output };
}

/** Progress of one stage after another; rounds of k-means are no records, and are over soon. */
class Stages implements Disposable {
  private readonly output: Output;
  private stage: AnalysisProgress['stage'] | undefined;
  private shown: Progress | undefined;

  constructor(output: Output) {
    this.output = output;
  }

  show({ stage, done, total }: AnalysisProgress): void {
    const state = { done, total, records: done };
    if (stage !== this.stage) {
      this[Symbol.dispose]();
      this.stage = stage;
      if (stage !== 'clustering') {
        this.shown = showProgress(this.output, { what: stage, unit: 'records', start: state });
      }
    }
    this.shown?.update(state);
  }

  [Symbol.dispose](): void {
    this.shown?.[Symbol.dispose]();
    this.shown = undefined;
  }
}
