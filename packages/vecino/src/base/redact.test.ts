import { describe, expect, it } from 'vitest';
import { redact, redactedCause } from './redact.ts';

describe('redacting', () => {
  it.each([
    ['Incorrect API key provided: sk-proj-Ab1Cd2Ef3. See the docs', 'sk-proj-Ab1Cd2Ef3'],
    ['{"authorization":"Bearer abc"}', 'abc'],
    ['sent Basic dXNlcjpwYXNz to it', 'dXNlcjpwYXNz'],
    ['key 0123456789abcdef0123456789abcdef is unknown', '0123456789abcdef0123456789abcdef'],
    ['hf_abcdefghijkl may not read this', 'hf_abcdefghijkl'],
  ])('takes the key out of: %s', (text, key) => {
    const safe = redact(text);
    expect(safe).not.toContain(key);
    expect(safe).toContain('[redacted]');
  });

  it('takes out what it is given, the longer first', () => {
    expect(redact('pass=tulip-1 and tulip', ['tulip', 'tulip-1', ''])).toBe('pass=[redacted] and [redacted]');
  });

  it.each([
    'fetch failed: ECONNREFUSED 127.0.0.1:11434',
    'model "snowflake-arctic-embed-m-v1.5" not found, try pulling it first',
    'request 2b8f2f2e-8f0e-4f0e-9f0e-1b8f2f2e8f0e: the server had an error',
    'internationalization of antidisestablishmentarianism',
  ])('leaves alone: %s', (text) => {
    expect(redact(text)).toBe(text);
  });

  it('keeps a cause that holds no key, and copies the message of one that does', () => {
    const harmless = new Error('no connection');
    expect(redactedCause(harmless)).toBe(harmless);
    const error = Object.assign(new Error('refused'), { request: { headers: { 'x-api': 'tulip' } } });
    const copy = redactedCause(error, ['tulip']);
    expect(copy).not.toBe(error);
    expect(copy).toMatchObject({ message: 'Error: refused' });
    expect(copy).not.toHaveProperty('request');
  });
});
