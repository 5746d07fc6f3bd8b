import { VecinoError } from '../base/errors.ts';
import { EXIT_CODES } from './exit-codes.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * Turns the first Ctrl-C (or SIGTERM) into an abort that the command ends in good order by, and the second into
 * an immediate end, after which the folder is consistent too: a write is durable wholly or not there.
 */
export class Interrupt implements Disposable {
  private readonly controller = new AbortController();
  private readonly listener: () => void;

  /** @param onFirst says to the user that the command is ending */
  constructor(onFirst: () => void) {
    this.listener = () => {
      if (this.signal.aborted) process.exit(EXIT_CODES.interrupted.code);
      onFirst();
      this.controller.abort();
    };
    for (const signal of SIGNALS) process.on(signal, this.listener);
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  [Symbol.dispose](): void {
    for (const signal of SIGNALS) process.off(signal, this.listener);
  }
}

export function interrupted(message: string, details: Readonly<Record<string, unknown>> = {}): VecinoError {
  return new VecinoError('CANCELLED', message, { details });
}
