import type { Block } from '../read/reading.ts';
import type { PlacedBlock } from './heading-path.ts';

/** A piece of text that is not cut any further. */
export interface Unit {
  readonly start: number;
  readonly end: number;
  readonly tokens: number;
}

/** A block as the units that it is made of, and what they cost together. */
export interface CutBlock extends PlacedBlock {
  readonly units: readonly Unit[];
  readonly tokens: number;
}

/** Counts the tokens of texts. */
export type CountTokens = (texts: readonly string[]) => Promise<readonly number[]> | readonly number[];

type Span = Pick<Unit, 'start' | 'end'>;

/**
 * So many characters count as a token at least, whatever the tokenizer says: to some a word of any length is one
 * unknown token, and a megabyte without a space would be stored as one passage.
 */
const CHARACTERS_A_TOKEN_MAX = 16;

const SENTENCES = new Intl.Segmenter('en', { granularity: 'sentence' });

/**
 * Cuts blocks into units: a paragraph into sentences; everything else stays whole where it fits, and is cut into
 * lines otherwise. A sentence or a line that does not fit is halved at a space.
 *
 * @param limitOf the tokens that a unit of the block may have
 */
export async function cutBlocks(
  text: string,
  blocks: readonly PlacedBlock[],
  limitOf: (block: PlacedBlock) => number,
  countTokens: CountTokens,
): Promise<CutBlock[]> {
  const counted = async (spans: readonly Span[]): Promise<Unit[]> => {
    const counts = await countTokens(spans.map(({ start, end }) => text.slice(start, end)));
    return spans.map((span, i) => {
      const least = Math.ceil((span.end - span.start) / CHARACTERS_A_TOKEN_MAX);
      return { ...span, tokens: Math.max(counts[i] ?? 0, least) };
    });
  };
  const spans = blocks.map(({ block }) => spansOf(text, block));
  const units = await counted(spans.flat());
  const cut: CutBlock[] = [];
  let next = 0;
  for (const [i, placed] of blocks.entries()) {
    const own = units.slice(next, next + (spans[i]?.length ?? 0));
    next += own.length;
    const fitting = await finer(text, own, limitOf(placed), counted);
    cut.push({ ...placed, units: fitting, tokens: sumOf(fitting) });
  }
  return cut;
}

export function sumOf(units: readonly Unit[]): number {
  return units.reduce((sum, { tokens }) => sum + tokens, 0);
}

function spansOf(text: string, { kind, start, end }: Block): Span[] {
  if (kind !== 'paragraph') return [{ start, end }];
  const sentences = Array.from(SENTENCES.segment(text.slice(start, end)), ({ segment, index }) => ({
    start: start + index,
    end: start + index + segment.trimEnd().length,
  }));
  return sentences.filter((span) => span.end > span.start);
}

/** The units, those that are too long cut again until none is. */
async function finer(
  text: string,
  units: readonly Unit[],
  limit: number,
  counted: (spans: readonly Span[]) => Promise<Unit[]>,
): Promise<Unit[]> {
  const fitting: Unit[] = [];
  for (const unit of units) {
    const parts = unit.tokens > limit ? partsOf(text, unit) : [];
    if (parts.length < 2) fitting.push(unit);
    else fitting.push(...(await finer(text, await counted(parts), limit, counted)));
  }
  return fitting;
}

/** Lines where there are several, otherwise two halves; a character is not cut. */
function partsOf(text: string, { start, end }: Span): Span[] {
  const piece = text.slice(start, end);
  const lines = Array.from(piece.matchAll(/[^\n]*\S[^\n]*/g), ({ 0: line, index }) => ({
    start: start + index,
    end: start + index + line.trimEnd().length,
  }));
  if (lines.length > 1) return lines;
  const middle = start + middleOf(piece);
  return [
    { start, end: start + text.slice(start, middle).trimEnd().length },
    { start: middle, end },
  ].filter((span) => text.slice(span.start, span.end).trim() !== '');
}

/** The space that is nearest to the middle, or else the middle, between two code points. */
function middleOf(piece: string): number {
  const half = piece.length >>> 1;
  const before = piece.lastIndexOf(' ', half);
  const after = piece.indexOf(' ', half);
  const nearest = half - before <= after - half || after < 0 ? before : after;
  if (nearest > 0) return nearest + 1;
  const isInside =
    /[\ud800-\udbff]/.test(piece.charAt(half - 1)) && /[\udc00-\udfff]/.test(piece.charAt(half));
  return isInside ? half - 1 : half;
}
