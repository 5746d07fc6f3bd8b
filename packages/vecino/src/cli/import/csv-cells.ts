import { present } from '../../base/assert.ts';
import type { Line } from './lines.ts';

export interface CellFault {
  readonly line: number;
  readonly column: number;
  readonly expected: string;
}

/** Reads the cells of one record, line by line. */
export class CellReader {
  readonly cells: string[] = [];
  private readonly delimiter: string;
  /** The parts of the quoted cell that is open, and where it was opened. */
  private quoted: { readonly parts: string[]; readonly line: Line; readonly at: number } | undefined;

  constructor(delimiter: string) {
    this.delimiter = delimiter;
  }

  /** `open` where the line ends inside a quoted cell, which the next line goes on with. */
  read(line: Line): 'complete' | 'open' | CellFault {
    const { text } = line;
    let at = 0;
    for (;;) {
      if (this.quoted === undefined && text[at] === '"') {
        this.quoted = { parts: [], line, at };
        at++;
      }
      if (this.quoted !== undefined) {
        const closing = this.readQuoted(this.quoted.parts, text, at);
        if (closing === undefined) return 'open';
        at = closing + 1;
      } else {
        const end = this.endOfPlainCell(text, at);
        const cell = text.slice(at, end);
        const quote = cell.indexOf('"');
        if (quote >= 0) return fault(line, at + quote, 'a quoted cell where there are quotes in it');
        this.cells.push(cell);
        at = end;
      }
      if (isEnd(text, at)) return 'complete';
      if (text[at] !== this.delimiter) {
        return fault(line, at, `the delimiter "${this.delimiter}" after a closing quote`);
      }
      at++;
    }
  }

  /** The fault of a record whose quoted cell is never closed. */
  unclosed(): CellFault {
    const { line, at } = present(this.quoted, 'the open quote of a CSV record');
    return fault(line, at, 'a closing quote for the quote here');
  }

  /** Where the closing quote stands; undefined where the cell goes on in the next line. */
  private readQuoted(parts: string[], text: string, from: number): number | undefined {
    let at = from;
    for (;;) {
      const quote = text.indexOf('"', at);
      if (quote < 0) {
        parts.push(text.slice(at), '\n');
        return undefined;
      }
      parts.push(text.slice(at, quote));
      if (text[quote + 1] !== '"') {
        this.cells.push(parts.join(''));
        this.quoted = undefined;
        return quote;
      }
      parts.push('"');
      at = quote + 2;
    }
  }

  private endOfPlainCell(text: string, from: number): number {
    const next = text.indexOf(this.delimiter, from);
    if (next >= 0) return next;
    return text.endsWith('\r') && text.length > from ? text.length - 1 : text.length;
  }
}

function isEnd(text: string, at: number): boolean {
  return at >= text.length || (at === text.length - 1 && text[at] === '\r');
}

function fault(line: Line, at: number, expected: string): CellFault {
  return { line: line.number, column: at + 1, expected };
}
