import type { Metadata } from '../api/metadata.ts';
import type { Piece } from './piece.ts';

/** Between two passages of a source between which some white space, or a comment, lies. */
const BETWEEN = '\n\n';

/**
 * Joins pieces that lie side by side in their source, or overlap there; what they have in common stands there once.
 * The answer is in the order of the best hit of each.
 *
 * @param pieces one hit each, best first
 */
export function mergePieces<M extends Metadata>(pieces: readonly Piece<M>[]): Piece<M>[] {
  const rankOf = new Map(pieces.map((piece, rank) => [piece.hits[0]?.id, rank]));
  const merged = Array.from(Map.groupBy(pieces, ({ origin }) => origin).values()).flatMap(mergeOfOneText);
  const best = ({ hits }: Piece<M>) => Math.min(...hits.map(({ id }) => rankOf.get(id) ?? 0));
  return merged.sort((a, b) => best(a) - best(b));
}

function mergeOfOneText<M extends Metadata>(pieces: readonly Piece<M>[]): Piece<M>[] {
  const inOrder = pieces.toSorted((a, b) => (a.citation.start ?? 0) - (b.citation.start ?? 0));
  const merged: Piece<M>[] = [];
  for (const piece of inOrder) {
    const before = merged.at(-1);
    const joined = before && join(before, piece);
    if (joined === undefined) merged.push(piece);
    else merged[merged.length - 1] = joined;
  }
  return merged;
}

/** Both as one, where the second goes on where the first ends; undefined where they lie apart. */
function join<M extends Metadata>(first: Piece<M>, second: Piece<M>): Piece<M> | undefined {
  const { end } = first.citation;
  const { start, end: secondEnd } = second.citation;
  if (end === undefined || start === undefined || secondEnd === undefined) return undefined;
  const isNext = first.lastChunk !== undefined && second.chunk === first.lastChunk + 1;
  if (start > end && !isNext) return undefined;
  const gap = start > end + 1 ? BETWEEN : ' '.repeat(Math.max(0, start - end));
  const rest = secondEnd > end ? gap + second.text.slice(Math.max(0, end - start)) : '';
  return {
    ...first,
    text: first.text + rest,
    citation: { ...first.citation, ...rowsOf(first, second), end: Math.max(end, secondEnd) },
    hits: [...first.hits, ...second.hits],
    ...(second.lastChunk !== undefined && { lastChunk: Math.max(first.lastChunk ?? 0, second.lastChunk) }),
  };
}

/** The last row of both, where they are of several. */
function rowsOf<M extends Metadata>(
  { citation: first }: Piece<M>,
  { citation: second }: Piece<M>,
): { lastRow?: number } {
  const { row, lastRow = row } = first;
  const last = second.lastRow ?? second.row;
  if (row === undefined || lastRow === undefined || last === undefined) return {};
  const furthest = Math.max(lastRow, last);
  return furthest > row ? { lastRow: furthest } : {};
}
