import { VecinoError } from './errors.ts';

/** Guards against our own mistakes; stays on in production. Bad input has errors of its own. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition)
    throw new VecinoError('INTERNAL', `assertion failed: ${message}; please report this as a bug`);
}

/** The value, or an `INTERNAL` error where our own bookkeeping should have made it present. */
export function present<T>(value: T | undefined | null, what: string): T {
  assert(value !== undefined && value !== null, `${what} is missing`);
  return value;
}
