import { describe, expect, it } from 'vitest';
import { expectRefusal, sharedDatabase } from './refusal.ts';

interface Refused {
  readonly what: string;
  readonly index: unknown;
  readonly options?: unknown;
  readonly code: 'OPTION_INVALID' | 'OPTION_UNKNOWN' | 'OPTION_OUT_OF_RANGE';
  readonly says: readonly string[];
}

const REFUSED: readonly Refused[] = [
  { what: 'an unknown family', index: 'hsnw', code: 'OPTION_INVALID', says: ['did you mean "hnsw"'] },
  { what: 'no index', index: 5, code: 'OPTION_INVALID', says: ['"index" is the number 5'] },
  {
    what: 'more recall than can be promised',
    index: { family: 'auto', recall: 1 },
    code: 'OPTION_OUT_OF_RANGE',
    says: ['index "auto"', '"recall" is 1', 'from 0.5 to 0.999'],
  },
  {
    what: 'a recall for an exact index',
    index: { family: 'flat', recall: 0.9 },
    code: 'OPTION_UNKNOWN',
    says: ['index "flat"', 'unknown option "recall"'],
  },
  {
    what: 'options of a family beside auto',
    index: { family: 'auto', M: 8 },
    code: 'OPTION_UNKNOWN',
    says: ['index "auto"', 'unknown option "M"'],
  },
  {
    what: 'progress that is no function',
    index: 'flat',
    options: { onProgress: 'yes' },
    code: 'OPTION_INVALID',
    says: ['"onProgress" is a string, expected a function'],
  },
  {
    what: 'a signal that is none',
    index: 'flat',
    options: { signal: {} },
    code: 'OPTION_INVALID',
    says: ['"signal" is an object (Object), expected an AbortSignal'],
  },
  {
    what: 'an unknown option',
    index: 'flat',
    options: { onprogress: () => undefined },
    code: 'OPTION_UNKNOWN',
    says: ['did you mean "onProgress"'],
  },
];

describe('reindex refuses', () => {
  const database = sharedDatabase();

  it.each(REFUSED)('$what', async ({ index, options, code, says }) => {
    const books = await database().openCollection('books');
    const call = () => books.reindex(index as never, options as never);
    await expectRefusal(database(), call, { code, says: ['reindex collection "books"', ...says] });
    expect((await books.describe()).index.family).toBe('hnsw');
  });
});
