import { setTimeout as pause } from 'node:timers/promises';
import { VecinoError } from '../../base/errors.ts';
import { Mutex } from '../../base/mutex.ts';

/** How often a change is tried: what is disturbed for ever must not keep its caller for ever. */
const ATTEMPTS_MAX = 20;

/** What a change answers that others have come between. */
export const DISTURBED = Symbol('disturbed');

/**
 * Changes that others may come between. Each reads, and writes only where everything is as it was read; where others
 * were quicker, it begins again. Those that were disturbed do so one after another, for they would only disturb each
 * other, and after a random pause, without which two who go in step would always end in the same order.
 */
export class ContendedChanges {
  private readonly disturbed = new Mutex();
  private readonly random: () => number;

  constructor(random: () => number = Math.random) {
    this.random = random;
  }

  /**
   * What a change answers that nobody has come between.
   *
   * @param thing the opening words of messages: what is to be changed
   * @param others what they have done: `changed the same records`
   */
  async run<T>(thing: string, others: string, change: () => Promise<T | typeof DISTURBED>): Promise<T> {
    let { answer, ms } = await timed(change);
    if (answer !== DISTURBED) return answer;
    return this.disturbed.run(async () => {
      for (let attempt = 1; attempt < ATTEMPTS_MAX; attempt++) {
        await pause(this.random() * ms);
        ({ answer, ms } = await timed(change));
        if (answer !== DISTURBED) return answer;
      }
      throw new VecinoError(
        'REMOTE_FAILED',
        `${thing}: others have ${others} ${ATTEMPTS_MAX} times meanwhile; try again, or change fewer at a time`,
      );
    });
  }
}

async function timed<T>(change: () => Promise<T>): Promise<{ answer: T; ms: number }> {
  const started = performance.now();
  return { answer: await change(), ms: performance.now() - started };
}
