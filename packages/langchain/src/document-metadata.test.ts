import { describe, expect, it } from 'vitest';
import { plainMetadata } from './document-metadata.ts';

class Page {
  readonly number = 3;
  turn(): void {}
}

describe('metadata of documents', () => {
  it('keep what is JSON, however deep', () => {
    const metadata = { source: 'a.pdf', loc: { lines: { from: 1, to: 9 } }, tags: ['x', null, { y: true }] };
    expect(plainMetadata(metadata)).toEqual(metadata);
  });

  it('become JSON where that has a form for them', () => {
    const given = {
      at: new Date(0),
      page: new Page(),
      link: new URL('https://example.org/a'),
      nothing: undefined,
      render() {},
      nested: { nothing: undefined },
    };
    expect(plainMetadata(given)).toEqual({
      at: '1970-01-01T00:00:00.000Z',
      page: { number: 3 },
      link: 'https://example.org/a',
      nested: {},
    });
  });

  it('stay as they are where JSON would lose them, so that the collection refuses them', () => {
    const given = { map: new Map([[1, 2]]), big: 1n, number: Number.NaN };
    expect(plainMetadata(given)).toEqual(given);
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    expect(() => plainMetadata(circle)).not.toThrow();
  });
});
