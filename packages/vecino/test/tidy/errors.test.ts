import { describe, expect, it } from 'vitest';
import { ERROR_CATALOGUE, ERROR_KINDS } from '../../src/base/error-catalogue.ts';
import { VecinoError } from '../../src/base/errors.ts';
import { find, read } from './repository.ts';

const DOCUMENT = read('docs/errors.md');
const [CODES = '', WARNINGS = ''] = DOCUMENT.slice(DOCUMENT.indexOf('## Codes')).split('## Warnings');

/** The headings of a part of the document, with the line that follows each. */
function headings(part: string): [name: string, line: string][] {
  return Array.from(part.matchAll(/^### `(\w+)`\n\n(.*)$/gm), ([, name = '', line = '']) => [name, line]);
}

describe('the error catalogue', () => {
  const codes = Object.keys(ERROR_CATALOGUE) as (keyof typeof ERROR_CATALOGUE)[];

  it('and docs/errors.md name the same codes, in the same order, with the same consequences', () => {
    const expected = codes.map((code) => {
      const { kind, status, retryable } = new VecinoError(code, '');
      return [code, `${kind}, status ${status}${retryable ? ', retryable' : ''}.`];
    });
    expect(headings(CODES)).toEqual(expected);
    expect(codes).toEqual(codes.toSorted());
  });

  it('and docs/errors.md name the same kinds', () => {
    const rows = Array.from(DOCUMENT.matchAll(/^\| `(\w+)` \| (\d+) \|/gm), ([, kind, status]) => [
      kind,
      Number(status),
    ]);
    expect(Object.fromEntries(rows)).toEqual(ERROR_KINDS);
  });

  it('has no code that nothing throws', () => {
    const sources = find('packages/*/src/**/*.ts').filter(
      (path) => !path.endsWith('.test.ts') && !path.endsWith('error-catalogue.ts'),
    );
    const text = sources.map(read).join('\n');
    expect(codes.filter((code) => !text.includes(`'${code}'`))).toEqual([]);
  });
});

describe('the codes of warnings', () => {
  it('are those of docs/errors.md', () => {
    const declared = /interface Warning \{\s*readonly code:([^;]+);/.exec(
      read('packages/vecino/src/api/database.ts'),
    );
    const codes = Array.from(declared?.[1]?.matchAll(/'(\w+)'/g) ?? [], ([, code]) => code);
    expect(codes.length).toBeGreaterThan(0);
    expect(headings(WARNINGS).map(([name]) => name)).toEqual(codes.sort());
  });
});
