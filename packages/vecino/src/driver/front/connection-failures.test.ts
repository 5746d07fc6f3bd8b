import { describe, expect, it } from 'vitest';
import { codeOf, connectionMeaningOf } from './connection-failures.ts';

function failure(code: string, cause?: unknown): Error {
  return Object.assign(new Error(`connect ${code}`, { cause }), { code });
}

describe('the code of a failure', () => {
  it.each([
    ['its own', failure('EPIPE'), 'EPIPE'],
    [
      'that of its cause, where fetch has none',
      new TypeError('fetch failed', { cause: failure('EPIPE') }),
      'EPIPE',
    ],
    ['that of its cause before its own', failure('REMOTE_FAILED', failure('EPIPE')), 'EPIPE'],
    ['its own, where its cause has none', failure('EPIPE', new Error('why')), 'EPIPE'],
    ['that of the first address', new AggregateError([failure('EPIPE'), failure('ETIMEDOUT')]), 'EPIPE'],
    ['its own, where no address is named', Object.assign(new AggregateError([]), { code: 'EPIPE' }), 'EPIPE'],
    ['none of a number', Object.assign(new Error('why'), { code: 7 }), undefined],
    ['none of a text', 'EPIPE', undefined],
    ['none of nothing', undefined, undefined],
    ['none of null', null, undefined],
  ])('is %s', (_, cause, code) => expect(codeOf(cause)).toBe(code));
});

describe('what a code says of a connection', () => {
  it('is whether to try again, and what to look at', () => {
    expect(connectionMeaningOf('ECONNRESET')).toEqual({
      code: 'REMOTE_UNREACHABLE',
      remedy: 'the server or the network ended the connection; try again',
    });
    expect(connectionMeaningOf('ETIMEDOUT')?.code).toBe('REMOTE_TIMED_OUT');
  });

  it.each([undefined, '42P01', 'toString'])('is nothing for %s', (code) => {
    expect(connectionMeaningOf(code)).toBeUndefined();
  });
});
