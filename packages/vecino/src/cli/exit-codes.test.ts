import { describe, expect, it } from 'vitest';
import { VecinoError } from '../base/errors.ts';
import type { ErrorCode } from '../errors.ts';
import { EXIT_CODES, exitCodeOf } from './exit-codes.ts';

describe('exitCodeOf', () => {
  it.each<[ErrorCode, number]>([
    ['OPTION_UNKNOWN', 2],
    ['INPUT_MALFORMED', 2],
    ['METADATA_TOO_LARGE', 2],
    ['COLLECTION_NOT_FOUND', 2],
    ['ADDRESS_UNSUPPORTED', 2],
    ['EMBEDDING_MISSING', 2],
    ['METRIC_UNSUITED', 2],
    ['RECORDS_TOO_FEW', 2],
    ['STORE_LOCKED', 3],
    ['COLLECTION_MISMATCH', 3],
    ['COLLECTION_DROPPED', 3],
    ['DISK_FULL', 4],
    ['STORE_IO', 4],
    ['STORE_CORRUPT', 4],
    ['STORE_READ_ONLY', 4],
    ['STORE_VERSION_NEWER', 4],
    ['NODE_TOO_OLD', 4],
    ['EMBEDDING_FAILED', 4],
    ['INTERNAL', 5],
    ['CANCELLED', 130],
  ])('%s is %d', (code, exit) => expect(exitCodeOf(new VecinoError(code, ''))).toBe(exit));

  it('takes every other error for a bug', () => {
    expect(exitCodeOf(new TypeError('x'))).toBe(5);
  });

  it('gives every code one meaning', () => {
    const codes = Object.values(EXIT_CODES).map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
  });
});
