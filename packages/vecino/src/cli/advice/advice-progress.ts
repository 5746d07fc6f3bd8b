import { SingleBar } from 'cli-progress';
import type { AdviseProgress } from '../../api/advice.ts';
import type { Output } from '../output.ts';
import { count } from '../text/units.ts';

const BAR_COLUMNS = 24;

/** Shows on stderr what the advisor is doing: one line on a terminal that changes, lines in a log. */
export class AdviceProgress implements Disposable {
  private readonly output: Output;
  private bar: SingleBar | undefined;
  private latest: AdviseProgress | undefined;
  private said = '';

  constructor(output: Output) {
    this.output = output;
  }

  show(progress: AdviseProgress): void {
    this.latest = progress;
    if (this.output.quiet) return;
    if (process.stderr.isTTY) this.draw(progress);
    else this.say(progress);
  }

  [Symbol.dispose](): void {
    if (!this.bar) return;
    this.bar.stop();
    this.output.release();
  }

  private draw({ seconds, budgetSeconds }: AdviseProgress): void {
    if (!this.bar) {
      this.bar = new SingleBar({
        format: () => this.line(),
        stream: process.stderr,
        clearOnComplete: true,
        hideCursor: true,
        linewrap: true,
        gracefulExit: false,
      });
      this.output.hold();
      this.bar.start(budgetSeconds, 0);
    }
    this.bar.update(Math.min(seconds, budgetSeconds));
  }

  /** `[======      ]  12 of 60 s  measuring hnsw M=32 with 7,462 records`. */
  private line(): string {
    const { seconds = 0, budgetSeconds = 1 } = this.latest ?? {};
    const full = Math.round(Math.min(seconds / budgetSeconds, 1) * BAR_COLUMNS);
    const bar = `[${'='.repeat(full)}${' '.repeat(BAR_COLUMNS - full)}]`;
    return `${bar}  ${Math.round(seconds)} of ${budgetSeconds} s  ${this.latest ? wordsOf(this.latest) : ''}`;
  }

  /** Steps of reading are too many for a log. */
  private say(progress: AdviseProgress): void {
    const words = progress.stage === 'reading' ? progress.stage : wordsOf(progress);
    if (words === this.said) return;
    this.said = words;
    this.output.note(`${Math.round(progress.seconds)} of ${progress.budgetSeconds} s  ${words}`);
  }
}

function wordsOf({ stage, configuration, records }: AdviseProgress): string {
  const subject = configuration === undefined ? '' : ` ${configuration}`;
  return `${stage}${subject} with ${count(records)} records`;
}
