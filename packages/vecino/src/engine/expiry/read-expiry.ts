import { VecinoError } from '../../base/errors.ts';
import { describeValue, quoted } from '../../base/options.ts';

/** The last moment that a `Date` can stand for. */
const MOMENT_MAX = 8.64e15;
/** A number below stands for a moment before 1973: seconds were given for milliseconds. */
const MOMENT_MIN = 1e11;
const ISO_8601 = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

/** What a record or a change of one says about its expiry. */
export interface ExpiryFields {
  readonly expiresAt?: unknown;
  readonly ttl?: unknown;
}

/**
 * When the record expires, in milliseconds since 1970; null where it is told to stay, undefined where nothing is
 * said. `EXPIRY_INVALID` where that is no moment.
 */
export function readExpiry(
  thing: string,
  { expiresAt, ttl }: ExpiryFields,
  now: number,
): number | null | undefined {
  if (expiresAt !== undefined && ttl !== undefined) {
    throw invalid(
      thing,
      'expiresAt and ttl are both given, expected one of them; leave the other out',
      'both',
    );
  }
  if (ttl === null || expiresAt === null) return null;
  if (ttl !== undefined) return readTtl(thing, ttl, now);
  return expiresAt === undefined ? undefined : readMoment(thing, expiresAt);
}

function readTtl(thing: string, ttl: unknown, now: number): number {
  if (typeof ttl === 'number' && ttl > 0 && now + ttl * 1_000 <= MOMENT_MAX)
    return Math.floor(now + ttl * 1_000);
  const received = describeValue(ttl);
  throw invalid(
    thing,
    `ttl is ${received}, expected seconds above 0, up to the year 275760; leave it out for a record that stays`,
    received,
  );
}

function readMoment(thing: string, moment: unknown): number {
  const milliseconds = millisecondsOf(moment);
  if (milliseconds !== undefined && milliseconds >= MOMENT_MIN && milliseconds <= MOMENT_MAX) {
    return Math.floor(milliseconds);
  }
  const isEarly = milliseconds !== undefined && milliseconds < MOMENT_MIN;
  const received = typeof moment === 'string' ? quoted(moment) : describeValue(moment);
  const remedy = isEarly
    ? 'a moment before 1973 is most likely given in seconds: multiply by 1,000'
    : 'or give ttl';
  throw invalid(
    thing,
    `expiresAt is ${received}, expected a valid date, milliseconds since 1970, or an ISO 8601 text with a time zone; ${remedy}`,
    received,
  );
}

function millisecondsOf(moment: unknown): number | undefined {
  if (typeof moment === 'number') return moment;
  if (moment instanceof Date) return moment.getTime();
  // Without a zone the same text would mean another moment on another machine.
  return typeof moment === 'string' && ISO_8601.test(moment) ? Date.parse(moment) : undefined;
}

function invalid(thing: string, what: string, received: string): VecinoError {
  const details = { expected: 'a moment in expiresAt, or seconds in ttl', received };
  return new VecinoError('EXPIRY_INVALID', `${thing}: ${what}`, { details });
}
