import { getDocumentProxy } from 'unpdf';
import { VecinoError } from 'vecino/errors';
import { ExtractedText } from './extracted-text.ts';
import type { Reading } from './reading.ts';

/** A line of a page, as it is printed. */
interface Line {
  readonly text: string;
  readonly page: number;
  /** Height of its largest letters, in points. */
  readonly size: number;
  /** Height of its base over the bottom of the page, in points. */
  readonly base: number;
}

/** A gap between two bases that is so many times the height of the letters begins a paragraph. */
const PARAGRAPH_GAP = 1.7;
/** Letters so much larger than most of the document make a heading, if they are few. */
const HEADING_SIZE = 1.15;
const HEADING_CHARACTERS_MAX = 200;
const HEADING_LEVELS_MAX = 6;

/**
 * The text of a PDF, which has places of letters only: lines are joined into paragraphs by the gaps between them, and
 * headings are told by their size. Pages whose text is a picture have none.
 *
 * @throws INPUT_MALFORMED where it is damaged, needs a password, or has no text
 */
export async function readPdf(bytes: Uint8Array): Promise<Reading> {
  const lines = await linesOf(bytes);
  const body = commonSize(lines);
  const levels = headingSizes(lines, body);
  const out = new ExtractedText();
  let paragraph: Line[] = [];
  const end = () => {
    out.add(joined(paragraph), { kind: 'paragraph', page: paragraph[0]?.page ?? 1 });
    paragraph = [];
  };
  for (const line of lines) {
    const level = levels.indexOf(Math.round(line.size)) + 1;
    const before = paragraph.at(-1);
    if (before !== undefined && (level > 0 || !continues(before, line))) end();
    if (level === 0) paragraph.push(line);
    else out.add(line.text, { kind: 'heading', level, title: line.text.trim(), page: line.page });
  }
  end();
  if (out.isEmpty) throw new VecinoError('INPUT_MALFORMED', 'it has no text; are its pages pictures?');
  return out.reading();
}

async function linesOf(bytes: Uint8Array): Promise<Line[]> {
  // A copy, because the parser takes the bytes for itself; no words of its own on the console.
  const pdf = await getDocumentProxy(new Uint8Array(bytes), { verbosity: 0 }).catch((error: unknown) => {
    throw unreadablePdf(error);
  });
  try {
    const lines: Line[] = [];
    for (let page = 1; page <= pdf.numPages; page++) {
      const { items } = await (await pdf.getPage(page)).getTextContent();
      let line: Line = { text: '', page, size: 0, base: 0 };
      for (const item of items) {
        if (!('str' in item)) continue;
        const base = Number(item.transform[5]);
        line = { text: line.text + item.str, page, size: Math.max(line.size, item.height), base };
        if (!item.hasEOL) continue;
        lines.push(line);
        line = { text: '', page, size: 0, base };
      }
      lines.push(line);
    }
    return lines.filter(({ text }) => text.trim() !== '');
  } finally {
    await pdf.loadingTask.destroy();
  }
}

function unreadablePdf(cause: unknown): VecinoError {
  const name = cause instanceof Error ? cause.name : '';
  const why = name === 'PasswordException' ? 'it needs a password' : 'it is no PDF, or a damaged one';
  return new VecinoError('INPUT_MALFORMED', why, { cause });
}

/** The height that most letters have. */
function commonSize(lines: readonly Line[]): number {
  const characters = new Map<number, number>();
  for (const { text, size } of lines) {
    const rounded = Math.round(size);
    characters.set(rounded, (characters.get(rounded) ?? 0) + text.length);
  }
  return [...characters].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 0;
}

/** Heights of headings, the largest first. */
function headingSizes(lines: readonly Line[], body: number): number[] {
  const sizes = lines
    .filter(({ text, size }) => size >= body * HEADING_SIZE && text.length <= HEADING_CHARACTERS_MAX)
    .map(({ size }) => Math.round(size));
  return [...new Set(sizes)].sort((a, b) => b - a).slice(0, HEADING_LEVELS_MAX);
}

function continues(before: Line, line: Line): boolean {
  if (before.page !== line.page) return false;
  const gap = before.base - line.base;
  return gap >= 0 && gap <= PARAGRAPH_GAP * Math.max(before.size, line.size);
}

/** Lines as running text; a word that a hyphen cuts at the end of a line is one word. */
function joined(lines: readonly Line[]): string {
  return lines
    .map(({ text }) => text.trim())
    .reduce((whole, text) => {
      const isCut = /\p{Ll}-$/u.test(whole) && /^\p{Ll}/u.test(text);
      return isCut ? whole.slice(0, -1) + text : `${whole} ${text}`;
    }, '');
}
