import { describe, expect, it } from 'vitest';
import { find, read } from './repository.ts';

/** Past this length there are usually two concepts in a file. */
const LINES_MAX = 400;

/** Longer files, each with the reason why it is still one concept. */
const LONG_FILES: Readonly<Record<string, string>> = {};

const SOURCES = find('packages/*/{src,assembly,convert}/**/*.ts').filter(
  (path) => !path.endsWith('.test.ts'),
);

describe('source files', () => {
  it('are there', () => {
    expect(SOURCES.length).toBeGreaterThan(50);
  });

  it(`hold one concept each, in at most ${LINES_MAX} lines`, () => {
    const long = SOURCES.filter((path) => read(path).trimEnd().split('\n').length > LINES_MAX);
    expect(long).toEqual(Object.keys(LONG_FILES).sort());
  });

  it('are named for what they hold, in kebab-case', () => {
    const vague = /(^|\/)(utils?|helpers?|common|misc|shared|v\d+)(\/|\.ts$)/;
    expect(find('{packages,examples}/**/*.ts').filter((path) => vague.test(path))).toEqual([]);
    const kebab = /^[a-z0-9]+(-[a-z0-9]+)*(\.types)?(\.test)?(\.d)?\.ts$/;
    expect(
      find('{packages,examples}/**/*.ts').filter((path) => !kebab.test(path.split('/').at(-1) ?? '')),
    ).toEqual([]);
  });

  it('suppress no compiler error', () => {
    const suppressing = SOURCES.filter((path) => /@ts-(ignore|nocheck|expect-error)/.test(read(path)));
    expect(suppressing).toEqual([]);
  });
});
