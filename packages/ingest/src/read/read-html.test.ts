import { describe, expect, it } from 'vitest';
import { readHtml } from './read-html.ts';

describe('HTML', () => {
  it('is read as the text that one sees, without programs and navigation', () => {
    const { text, blocks, title } = readHtml(`<!doctype html><title>The  page</title>
      <nav><a href="/">Home</a></nav><script>var x = '<p>no';</script>
      <h1>One <em>word</em></h1><p>A <b>bold</b>\n  claim &amp; more<br>here</p>
      <ul><li>first<li>second <ul><li>inner</ul></ul>
      <pre>\nlet x;\n  let y;</pre><p hidden>unseen</p>
      <table><thead><tr><th>a<th>b</thead><tr><td>1<td>2</table>loose words`);
    expect(title).toBe('The page');
    expect(blocks.map(({ kind, start, end }) => [kind, text.slice(start, end)])).toEqual([
      ['heading', 'One word'],
      ['paragraph', 'A bold claim & more here'],
      ['paragraph', '- first'],
      ['paragraph', '- second'],
      ['paragraph', '- inner'],
      ['code', 'let x;\n  let y;'],
      ['table', 'a | b\n1 | 2'],
      ['paragraph', 'loose words'],
    ]);
  });

  it('is read from its main part, where it says which that is', () => {
    const { text } = readHtml('<p>About us</p><main><p>The matter</p></main><p>Imprint</p>');
    expect(text).toBe('The matter');
  });
});
