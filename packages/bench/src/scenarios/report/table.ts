/** A table as plain text; `alignment` has one letter a column, l or r. */
export interface Table {
  readonly caption: string;
  readonly heads: readonly string[];
  readonly alignment: string;
  readonly cells: readonly (readonly string[])[];
}

/** A column of a table: its head and what it says of a row. Numbers stand to the right. */
export interface Column<R> {
  readonly head: string;
  readonly align?: 'l' | 'r';
  readonly cell: (row: R) => string;
}

export function tableOf<R>(caption: string, rows: readonly R[], columns: readonly Column<R>[]): Table {
  return {
    caption,
    heads: columns.map(({ head }) => head),
    alignment: columns.map(({ align = 'r' }) => align).join(''),
    cells: rows.map((row) => columns.map(({ cell }) => cell(row))),
  };
}

export function toMarkdownTable({ heads, alignment, cells }: Table): string {
  const rule = Array.from(alignment, (side) => (side === 'r' ? '---:' : '---'));
  return [heads, rule, ...cells].map((row) => `| ${row.join(' | ')} |`).join('\n');
}
