import type { AdviseOptions, AdviseProgress } from '../api/advice.ts';
import { VecinoError } from '../base/errors.ts';

/** Advice on its way: how much time is left, who is told of it, and whether anybody wants it any more. */
export class Course {
  readonly thing: string;
  private readonly budgetSeconds: number;
  private readonly onProgress: AdviseOptions['onProgress'];
  private readonly signal: AbortSignal | undefined;
  private readonly begun = performance.now();

  constructor(
    thing: string,
    budgetSeconds: number,
    { onProgress, signal }: Pick<AdviseOptions, 'onProgress' | 'signal'>,
  ) {
    this.thing = thing;
    this.budgetSeconds = budgetSeconds;
    this.onProgress = onProgress;
    this.signal = signal;
  }

  get seconds(): number {
    return (performance.now() - this.begun) / 1_000;
  }

  get secondsLeft(): number {
    return this.budgetSeconds - this.seconds;
  }

  /** To be called between two pieces of the work: throws where it is to end, and tells how far it is. */
  step(stage: AdviseProgress['stage'], records: number, configuration?: string): void {
    this.mayGoOn();
    this.onProgress?.({
      stage,
      ...(configuration !== undefined && { configuration }),
      records,
      seconds: this.seconds,
      budgetSeconds: this.budgetSeconds,
    });
  }

  mayGoOn(): void {
    if (!this.signal?.aborted) return;
    throw new VecinoError(
      'CANCELLED',
      `${this.thing}: it was ended by its signal and nothing has changed; call it again for advice`,
    );
  }

  /** Ends what it is given to when the caller's signal or so many seconds do. */
  signalFor(seconds: number): AbortSignal {
    const timeout = AbortSignal.timeout(Math.max(1, Math.ceil(seconds * 1_000)));
    return this.signal ? AbortSignal.any([this.signal, timeout]) : timeout;
  }
}
