import type { Metadata } from '../api/metadata.ts';
import type { Hit } from '../api/search.ts';

/** Where a passage is from. */
export interface Citation {
  /** `source` of the metadata, such as a path; the id of the record where there is none. */
  readonly source: string;
  /** The headings that it stands under, the outermost first; empty where the metadata have none. */
  readonly headings: readonly string[];
  /** Where it lies in the text of the source, in UTF-16 code units, where the metadata tell. */
  readonly start?: number;
  readonly end?: number;
  /** The page that it begins on, where there are pages. */
  readonly page?: number;
  /** Its row, where the source is a table; the first of them, where it is several. */
  readonly row?: number;
  /** The last of several rows. */
  readonly lastRow?: number;
}

/** A part of a source: a record, or several that lie side by side. */
export interface Piece<M extends Metadata> {
  readonly text: string;
  readonly citation: Citation;
  /** The records that it is made of, in the order of the source. */
  readonly hits: readonly Hit<M>[];
  /** Its number among the passages of the source, and that of its last record, where the metadata tell. */
  readonly chunk?: number;
  readonly lastChunk?: number;
  /** What pieces must have in common to be of one text. */
  readonly origin: string;
}

/** A hit as a piece, by the metadata that `@vecino/ingest` gives to passages; any of them may be missing. */
export function pieceOf<M extends Metadata>(hit: Hit<M>): Piece<M> {
  const { id, document = '', metadata } = hit;
  const known = new Map<string, unknown>(Object.entries(metadata ?? {}));
  const textAt = (key: string) => (typeof known.get(key) === 'string' ? String(known.get(key)) : undefined);
  const countAt = (key: string) =>
    Number.isSafeInteger(known.get(key)) ? Number(known.get(key)) : undefined;
  const given = known.get('headings');
  const headings = Array.isArray(given) ? given.filter((heading) => typeof heading === 'string') : [];
  const source = textAt('source') ?? id;
  const [start, end, chunk] = [countAt('start'), countAt('end'), countAt('chunk')];
  const [page, row] = [countAt('page'), countAt('row')];
  return {
    text: document.slice(countAt('contextLength') ?? 0),
    citation: {
      source,
      headings,
      ...(start !== undefined && end !== undefined && { start, end }),
      ...(page !== undefined && { page }),
      ...(row !== undefined && { row }),
    },
    hits: [hit],
    ...(chunk !== undefined && { chunk, lastChunk: chunk }),
    origin: JSON.stringify([textAt('root') ?? '', source]),
  };
}

/** Texts that differ in white space only are the same to a reader. */
export function wordsOf({ text }: { readonly text: string }): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** A citation in a line: `docs/cli.md › Search › Flags, page 3`. */
export function citationLine(citation: Citation): string {
  const { source, headings } = citation;
  const path = headings[0] === source ? headings : [source, ...headings];
  return `${path.join(' › ')}${placeIn(citation)}`.replace(/\s+/g, ' ');
}

function placeIn({ page, row, lastRow, start, end }: Citation): string {
  if (page !== undefined) return `, page ${page}`;
  if (lastRow !== undefined) return `, rows ${row} to ${lastRow}`;
  if (row !== undefined) return `, row ${row}`;
  if (start !== undefined && end !== undefined) return `, characters ${start} to ${end}`;
  return '';
}
