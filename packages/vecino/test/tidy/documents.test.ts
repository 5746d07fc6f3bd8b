import { describe, expect, it } from 'vitest';
import { find, read } from './repository.ts';

/** Code in documents that says which tested file it is from: the file, and the code. */
const QUOTED = find('docs/*.md').flatMap((path) =>
  Array.from(
    read(path).matchAll(/^<!-- from (\S+) -->\n+```ts\n(.*?)^```/gms),
    ([, file = '', code = '']) => [path, file, code] as const,
  ),
);

/** Lines without their indentation. */
function linesOf(text: string): string[] {
  return text.split('\n').map((line) => line.trim());
}

describe('code in documents', () => {
  it('is there', () => {
    expect(QUOTED.length).toBeGreaterThan(3);
  });

  it.each(QUOTED)('%s quotes %s as it is', (_, file, code) => {
    const known = new Set(linesOf(read(file)));
    expect(linesOf(code).filter((line) => line !== '// …' && !known.has(line))).toEqual([]);
  });
});
