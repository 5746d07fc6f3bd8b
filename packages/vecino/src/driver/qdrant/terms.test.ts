import { describe, expect, it } from 'vitest';
import { equals, exists, hasElement, keyOf, tell } from './terms.ts';

describe('terms', () => {
  it('say of each path what is there', () => {
    expect(tell({ year: 1997, author: { name: 'Ann' }, tags: ['a', 1], note: null })).toEqual({
      terms: [
        '?"year"',
        '="year"1997',
        '?"author"',
        '="author"{"name":"Ann"}',
        '?"author.name"',
        '="author.name""Ann"',
        '?"tags"',
        '="tags"["a",1]',
        '@"tags""a"',
        '@"tags"1',
        '?"note"',
        '="note"null',
      ],
      numbers: { year: 1997 },
    });
  });

  it('reach keys with dots at the top alone, where nothing is nested', () => {
    const { terms } = tell({ 'a.b': 1, a: { b: 2, 'c.d': 3 }, 'a.x': 4 });
    expect(terms).toContain(equals('a.b', 2));
    expect(terms).not.toContain(equals('a.b', 1));
    expect(terms).toContain(equals('a.x', 4));
    expect(terms).not.toContain(exists('a.c.d'));
  });

  it('are short, and different for what is different', () => {
    const long = 'x'.repeat(1_000);
    const made = [
      equals(long, 1),
      equals('a', long),
      hasElement('a', long),
      exists(long),
      equals('a', `${long}y`),
    ];
    expect(new Set(made).size).toBe(made.length);
    expect(Math.max(...made.map((term) => term.length))).toBeLessThanOrEqual(64);
    expect(equals('a', '1')).not.toBe(equals('a', 1));
    expect(equals('a', { b: 1, c: 2 })).toBe(equals('a', { c: 2, b: 1 }));
  });
});

describe('keys of paths', () => {
  it('consist of what Qdrant takes, and are never the same', () => {
    const paths = ['a', 'a.b', 'a-b', 'a-2e-b', 'a b', 'ä', '\u{1f600}', '"', '[]', '__proto__', ''];
    const keys = paths.map(keyOf);
    expect(new Set(keys).size).toBe(paths.length);
    for (const key of keys) expect(key).toMatch(/^[A-Za-z0-9_-]*$/);
    expect(keyOf('published_year')).toBe('published_year');
  });
});
