import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMarkdown } from '../read/read-markdown.ts';
import { readPlain } from '../read/read-plain.ts';
import { readCsv } from '../read/read-rows.ts';
import type { Reading } from '../read/reading.ts';
import { chunkText } from './chunk.ts';

/** A word is a token. */
const count = (texts: readonly string[]) => texts.map((text) => text.match(/\S+/g)?.length ?? 0);

async function chunks(reading: Reading, size: number, overlap = 0) {
  const found = await chunkText(reading, 'name.md', { size, overlap }, count);
  return found.map(({ context, start, end }) => [context, reading.text.slice(start, end)]);
}

const words = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => `w${from + i}`).join(' ');

describe('chunks', () => {
  it('begin with each heading, below the headings over it', async () => {
    const text = `# A\n\n${words(1, 8)}\n\n## B\n\n${words(9, 16)}\n\n# C\n\n${words(17, 20)}`;
    expect(await chunks(readMarkdown(text), 20)).toEqual([
      ['name.md', `# A\n\n${words(1, 8)}`],
      ['A', `## B\n\n${words(9, 16)}`],
      ['name.md', `# C\n\n${words(17, 20)}`],
    ]);
  });

  it('of a short section go on into the first below it', async () => {
    const text = `# A\n\n## B\n\n${words(1, 8)}\n\n## C\n\n${words(9, 12)}`;
    expect(await chunks(readMarkdown(text), 20)).toEqual([
      ['name.md', `# A\n\n## B\n\n${words(1, 8)}`],
      ['A', `## C\n\n${words(9, 12)}`],
    ]);
  });

  it('end between paragraphs where those fit, and repeat sentences that fit', async () => {
    const text = `# A\n\n${words(1, 6)}. X y.\n\n${words(7, 14)}.\n\n${words(15, 20)}.`;
    expect(await chunks(readMarkdown(text), 12, 3)).toEqual([
      ['name.md', `# A\n\n${words(1, 6)}. X y.`],
      ['A', `X y.\n\n${words(7, 14)}.`],
      ['A', `${words(15, 20)}.`],
    ]);
  });

  it('cut a paragraph that does not fit between sentences, and a sentence only where it does not fit', async () => {
    expect(await chunks(readPlain('Aa bb cc. Dd ee ff. Gg hh ii jj.'), 8)).toEqual([
      ['name.md', 'Aa bb cc. Dd ee ff.'],
      ['name.md', 'Gg hh ii jj.'],
    ]);
    expect(await chunks(readPlain(words(1, 12)), 8)).toEqual([
      ['name.md', words(1, 7)],
      ['name.md', words(8, 12)],
    ]);
  });

  it('have code as a whole, though a heading must stay behind, and cut it between lines where it must be', async () => {
    const code = `\`\`\`\n${words(1, 5)}\n\n${words(6, 9)}\n\`\`\``;
    expect(await chunks(readMarkdown(`before\n\n${code}`), 12)).toEqual([
      ['name.md', 'before'],
      ['name.md', code],
    ]);
    expect(await chunks(readMarkdown(`# A\n\n${code}`), 12)).toEqual([['A', code]]);
    expect(await chunks(readMarkdown(code), 8)).toEqual([
      ['name.md', `\`\`\`\n${words(1, 5)}`],
      ['name.md', `${words(6, 9)}\n\`\`\``],
    ]);
  });

  it('are rows one by one', async () => {
    const reading = readCsv('a,b\n1,2\n3,4\n');
    const found = await chunkText(reading, 'name.csv', { size: 100, overlap: 10 }, count);
    expect(found.map(({ row, start, end }) => [row, reading.text.slice(start, end)])).toEqual([
      [1, 'a: 1\nb: 2'],
      [2, 'a: 3\nb: 4'],
    ]);
  });

  it('of any text fit, leave nothing out and go forward', async () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '# One',
        '## Two',
        '### Three',
        '- item',
        '```\ncode\n\ncode\n```',
        '| a |\n|---|\n| b |',
      ),
      fc
        .array(fc.constantFrom('word', 'longer', 'end.', '東京。', '😀'), { minLength: 1, maxLength: 60 })
        .map((all) => all.join(' ')),
      fc.string({ maxLength: 40 }),
      fc.constant('x'.repeat(900)),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 25 }),
        fc.integer({ min: 16, max: 60 }),
        fc.integer({ min: 0, max: 8 }),
        async (pieces, size, overlap) => {
          const reading = readMarkdown(pieces.join('\n\n'));
          const found = await chunkText(reading, 'name.md', { size, overlap }, count);
          for (const { start, end, context } of found) {
            const [own = 0, before = 0] = count([reading.text.slice(start, end), context]);
            expect(own + before).toBeLessThanOrEqual(size);
          }
          for (const [i, { start, end }] of found.entries()) {
            expect(end).toBeGreaterThan(start);
            expect(end).toBeGreaterThan(found[i - 1]?.end ?? -1);
          }
          const covered = new Uint8Array(reading.text.length);
          for (const { start, end } of found) covered.fill(1, start, end);
          const isMissing = (at: number) => covered[at] === 0 && reading.text.charAt(at).trim() !== '';
          const missing = reading.blocks.flatMap(({ kind, start, end }) =>
            kind === 'heading'
              ? []
              : Array.from({ length: end - start }, (_, i) => start + i).filter(isMissing),
          );
          expect(missing).toEqual([]);
        },
      ),
      { numRuns: 150 },
    );
  });
});
