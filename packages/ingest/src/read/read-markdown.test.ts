import { describe, expect, it } from 'vitest';
import { readMarkdown } from './read-markdown.ts';

const TEXT = `---
title: "The title"
---

# One *word*

A paragraph
of two lines.

- first
- second

> quoted

| a | b |
|---|---|
| 1 | 2 |

<!-- left out -->

\`\`\`ts
const x = 1;

const y = 2;
\`\`\`

[link]: https://example.org
`;

describe('Markdown', () => {
  it('is read as blocks that lie in the source as it stands', () => {
    const { text, blocks, title } = readMarkdown(TEXT);
    expect(title).toBe('The title');
    expect(blocks.map(({ kind, start, end }) => [kind, text.slice(start, end)])).toEqual([
      ['heading', '# One *word*'],
      ['paragraph', 'A paragraph\nof two lines.'],
      ['paragraph', '- first'],
      ['paragraph', '- second'],
      ['paragraph', 'quoted'],
      ['table', '| a | b |\n|---|---|\n| 1 | 2 |'],
      ['code', '```ts\nconst x = 1;\n\nconst y = 2;\n```'],
    ]);
    expect(blocks[0]).toMatchObject({ level: 1, title: 'One word' });
  });
});
