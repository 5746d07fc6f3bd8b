import { displayWidth } from './display-width.ts';

export interface Column<Row> {
  readonly title: string;
  readonly align?: 'left' | 'right';
  readonly cell: (row: Row) => string;
}

/** Rows under their titles, in columns as wide as their widest cell; the titles go through `emphasize`. */
export function tableLines<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  emphasize: (text: string) => string,
): string[] {
  const cells = rows.map((row) => columns.map((column) => column.cell(row)));
  const titles = columns.map((column) => column.title);
  const widths = titles.map((_, i) =>
    Math.max(...[titles, ...cells].map((line) => displayWidth(line[i] ?? ''))),
  );
  const line = (texts: readonly string[]) =>
    texts
      .map((text, i) => padTo(text, widths[i] ?? 0, columns[i]?.align ?? 'left'))
      .join('  ')
      .trimEnd();
  return [emphasize(line(titles)), ...cells.map(line)];
}

/** `name  value` lines, with the names as wide as the longest. */
export function pairLines(
  pairs: readonly (readonly [name: string, value: string])[],
  dim: (text: string) => string,
): string[] {
  const width = Math.max(0, ...pairs.map(([name]) => displayWidth(name)));
  return pairs.map(([name, value]) => `${dim(padTo(name, width, 'left'))}  ${value}`);
}

/** The text with spaces up to a width in terminal columns. */
export function padTo(text: string, width: number, align: 'left' | 'right'): string {
  const spaces = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return align === 'left' ? text + spaces : spaces + text;
}
