import { describe, expect, it } from 'vitest';
import { readExpiry } from './read-expiry.ts';

const NOW = Date.UTC(2030, 0, 1);

describe('the expiry of a record', () => {
  it.each([
    [{ expiresAt: new Date(NOW) }, NOW],
    [{ expiresAt: NOW + 0.9 }, NOW],
    [{ expiresAt: '2030-01-01T00:00:00Z' }, NOW],
    [{ expiresAt: '2030-01-01T01:30:00.000+01:30' }, NOW],
    [{ ttl: 60 }, NOW + 60_000],
    [{ ttl: 0.001 }, NOW + 1],
    [{ ttl: null }, null],
    [{ expiresAt: null }, null],
    [{}, undefined],
  ])('%j is read', (fields, expected) => {
    expect(readExpiry('record "a"', fields, NOW)).toBe(expected);
  });

  it.each([
    [{ expiresAt: new Date(Number.NaN) }, 'expected a valid date'],
    [{ expiresAt: NOW / 1_000 }, 'multiply by 1,000'],
    [{ expiresAt: Number.NaN }, 'the number NaN'],
    [{ expiresAt: 1e16 }, 'milliseconds since 1970'],
    [{ expiresAt: '2030-01-01' }, 'with a time zone'],
    [{ expiresAt: '2030-01-01T00:00:00' }, 'with a time zone'],
    [{ expiresAt: '2030-13-01T00:00:00Z' }, 'with a time zone'],
    [{ expiresAt: true }, 'the boolean true'],
    [{ ttl: 0 }, 'seconds above 0'],
    [{ ttl: -1 }, 'seconds above 0'],
    [{ ttl: Number.POSITIVE_INFINITY }, 'seconds above 0'],
    [{ ttl: '60' }, 'a string'],
    [{ ttl: 60, expiresAt: NOW }, 'both given'],
    [{ ttl: null, expiresAt: NOW }, 'both given'],
  ])('%j is refused', (fields, words) => {
    expect(() => readExpiry('record "a"', fields, NOW)).toThrow(
      expect.objectContaining({ code: 'EXPIRY_INVALID', message: expect.stringContaining(words) }),
    );
  });
});
