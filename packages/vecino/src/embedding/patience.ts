import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../base/random.ts';

/** When a request is made again. */
export interface Patience {
  /** How often after the first time. */
  readonly retries: number;
  /** The longest first pause; each further one is twice as long. */
  readonly backoffMs: number;
  /** No pause is longer; a provider that asks for more has failed. */
  readonly waitMaxMs: number;
}

/** Time and chance, passed in so that tests are quick and repeatable. */
export interface Course {
  readonly now: () => number;
  readonly random: Random;
  readonly wait: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
}

export const REAL_COURSE: Course = {
  now: () => Date.now(),
  random: () => Math.random(),
  wait: async (ms, signal) => {
    await delay(ms, undefined, signal && { signal });
  },
};

/**
 * The pause before a retry, 1 for the first: exponential, and anywhere between its half and its whole, so that many
 * who were turned away together do not come back together.
 */
export function backoffOf({ backoffMs, waitMaxMs }: Patience, retry: number, random: Random): number {
  const whole = Math.min(waitMaxMs, backoffMs * 2 ** (retry - 1));
  return Math.ceil(whole * (0.5 + random() / 2));
}

/** What a `Retry-After` says, in milliseconds from now: seconds, or a date. Undefined where it says neither. */
export function readRetryAfter(header: string | null | undefined, now: number): number | undefined {
  if (header === null || header === undefined || header.trim() === '') return undefined;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return seconds < 0 ? undefined : Math.ceil(seconds * 1_000);
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
