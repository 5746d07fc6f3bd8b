import { describe, expect, it } from 'vitest';
import { readTexts } from './record-texts.ts';

describe('readTexts', () => {
  const metadata = JSON.stringify({
    title: 'Emma',
    tags: ['novel', 1, null, 'satire', ['nested']],
    author: { name: 'Jane Austen' },
    'publisher.name': 'Murray',
    year: 1815,
    document: 'a key that is called so',
  });

  it.each([
    [['document'], ['text']],
    [['title'], ['Emma']],
    [
      ['document', 'title'],
      ['text', 'Emma'],
    ],
    [['tags'], ['novel', 'satire']],
    [
      ['author.name', 'publisher.name'],
      ['Jane Austen', 'Murray'],
    ],
    [['year', 'author', 'missing', 'constructor'], []],
    [[], []],
  ])('of %j gives %j', (fields, texts) => {
    expect(readTexts(fields)('text', metadata)).toEqual(texts);
  });

  it('gives nothing of a record without a document', () => {
    expect(readTexts(['document'])(null, '{}')).toEqual([]);
  });
});
