import type { AnyMetadata } from '../../api/metadata.ts';
import { jsonText } from '../../base/json-text.ts';
import { cutToWidth, displayWidth, oneLine } from './display-width.ts';
import { padTo, pairLines } from './table.ts';

/** A record or a hit, with the parts that were asked for. */
export interface Entry {
  readonly id: string;
  readonly document?: string;
  readonly metadata?: AnyMetadata;
  readonly vector?: Float32Array;
  readonly vectors?: Readonly<Record<string, Float32Array>>;
}

export interface LineStyle {
  /** Columns that a line may take; undefined for any number. */
  readonly width: number | undefined;
  readonly dim: (text: string) => string;
}

/** Ids longer than this do not push all documents to the right. */
const ID_COLUMNS_MAX = 32;
/** However narrow the terminal, so much of a text is shown. */
const TEXT_COLUMNS_MIN = 12;
/** A long text is cut roughly before its characters are looked at one by one. */
const UNITS_A_COLUMN_MAX = 16;

/**
 * Entries below each other: what leads (rank, score), the id and the document in one line; metadata and vector
 * dimmed in lines of their own.
 *
 * @param leads one text an entry, all of the same width
 */
export function entryLines(entries: readonly Entry[], leads: readonly string[], style: LineStyle): string[] {
  const ids = entries.map((entry) => oneLine(entry.id));
  const idWidth = Math.min(ID_COLUMNS_MAX, Math.max(0, ...ids.map(displayWidth)));
  return entries.flatMap((entry, i) => {
    const head = `${leads[i] ?? ''}${padTo(ids[i] ?? '', idWidth, 'left')}  `;
    const indent = ' '.repeat(displayWidth(leads[i] ?? '') + idWidth + 2);
    const dimmed = (text: string) => style.dim(text);
    const document = entry.document === undefined ? [] : [{ text: entry.document, paint: String }];
    const others = namedParts(entry).map(([, text]) => ({ text, paint: dimmed }));
    const texts = [...document, ...others];
    if (texts.length === 0) return [head.trimEnd()];
    return texts.map(({ text, paint }, line) => {
      const opening = line === 0 ? head : indent;
      return opening + paint(fit(text, opening, style.width));
    });
  });
}

/** One entry in full: nothing is cut. */
export function wholeEntryLines(entry: Entry, style: Pick<LineStyle, 'dim'>): string[] {
  const document = entry.document === undefined ? [] : [['document', oneLine(entry.document)] as const];
  const pairs = [...document, ...namedParts(entry).map(([name, text]) => [name, oneLine(text)] as const)];
  return [oneLine(entry.id), ...pairLines(pairs, style.dim).map((line) => `  ${line}`)];
}

function namedParts({ metadata, vector, vectors = {} }: Entry): (readonly [name: string, text: string])[] {
  const parts: (readonly [string, string])[] = [];
  if (metadata !== undefined && Object.keys(metadata).length > 0)
    parts.push(['metadata', jsonText(metadata)]);
  if (vector !== undefined) parts.push(['vector', jsonText(vector)]);
  for (const [name, one] of Object.entries(vectors)) parts.push([name, jsonText(one)]);
  return parts;
}

function fit(text: string, opening: string, width: number | undefined): string {
  if (width === undefined) return oneLine(text);
  const columns = Math.max(TEXT_COLUMNS_MIN, width - displayWidth(opening));
  return cutToWidth(oneLine(text.slice(0, columns * UNITS_A_COLUMN_MAX)), columns);
}
