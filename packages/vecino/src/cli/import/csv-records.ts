import { present } from '../../base/assert.ts';
import { type CellFault, CellReader } from './csv-cells.ts';
import { LINE_BYTES_MAX, type Line, readLines } from './lines.ts';
import type { BadRow, RowEnd } from './rows.ts';

/** The cells of one record, which takes several lines where a quoted cell has line breaks. */
export interface CsvRecord {
  readonly kind: 'record';
  readonly line: number;
  readonly text: string;
  readonly cells: readonly string[];
  readonly end: RowEnd;
}

/**
 * The records of a CSV as RFC 4180 has it: cells in double quotes where they hold the delimiter, quotes or line
 * breaks, quotes inside doubled. Empty lines are passed over.
 *
 * Written here rather than taken from a library, because an import that resumes and names the place of a fault
 * must know the byte, line and column of every record, and because one that reads by lines can try again right
 * after the line of a fault: a quote that is never closed costs one record, not the rest of the file. The
 * property test compares it with csv-parse.
 */
export async function* readCsvRecords(
  source: AsyncIterable<Uint8Array>,
  from: RowEnd,
  delimiter: string,
): AsyncGenerator<CsvRecord | BadRow> {
  const records = new RecordAssembly(delimiter);
  for await (const line of readLines(source, from)) {
    if (line.kind === 'line') yield* records.add(line);
    else yield* [...records.finish(), line];
  }
  yield* records.finish();
}

/** Gathers lines into records. The later lines of a faulty record are read again as records of their own. */
class RecordAssembly {
  private readonly delimiter: string;
  private lines: Line[] = [];
  private length = 0;
  private cells: CellReader;

  constructor(delimiter: string) {
    this.delimiter = delimiter;
    this.cells = new CellReader(delimiter);
  }

  add(line: Line): (CsvRecord | BadRow)[] {
    if (this.lines.length === 0 && line.text.trim() === '') return [];
    this.lines.push(line);
    this.length += line.text.length;
    const outcome = this.cells.read(line);
    if (outcome === 'open') return this.length > LINE_BYTES_MAX ? this.refuse(this.cells.unclosed()) : [];
    if (outcome !== 'complete') return this.refuse(outcome);
    const { cells } = this.cells;
    const text = this.lines.map((part) => part.text).join('\n');
    const [first = line] = this.take();
    return [{ kind: 'record', line: first.number, text, cells, end: line.end }];
  }

  /** What the end of the input, or of its readable part, leaves unclosed. */
  finish(): (CsvRecord | BadRow)[] {
    const outcomes: (CsvRecord | BadRow)[] = [];
    while (this.lines.length > 0) outcomes.push(...this.refuse(this.cells.unclosed()));
    return outcomes;
  }

  private refuse(fault: CellFault): (CsvRecord | BadRow)[] {
    const [first, ...later] = this.take();
    const { end } = present(first, 'the first line of a CSV record');
    return [{ kind: 'bad', ...fault, end }, ...later.flatMap((again) => this.add(again))];
  }

  private take(): Line[] {
    const { lines } = this;
    this.lines = [];
    this.length = 0;
    this.cells = new CellReader(this.delimiter);
    return lines;
  }
}
