/**
 * A table in Markdown.
 * @param alignment one letter a column: l or r
 */
export function table(
  heads: readonly string[],
  alignment: string,
  rows: readonly (readonly string[])[],
): string {
  const rule = Array.from(alignment, (side) => (side === 'r' ? '---:' : '---'));
  return [heads, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
