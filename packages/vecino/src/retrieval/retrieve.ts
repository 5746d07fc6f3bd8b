import type { Collection } from '../api/collection.ts';
import type { AnyMetadata, Metadata } from '../api/metadata.ts';
import type { Hit, SearchQuery } from '../api/search.ts';
import { VecinoError } from '../base/errors.ts';
import { estimateTokens } from '../base/estimate-tokens.ts';
import { mergePieces } from './merge-pieces.ts';
import { type RetrieveOptions, readRetrieveOptions } from './options.ts';
import { type Citation, type Piece, pieceOf, wordsOf } from './piece.ts';
import { promptOf, quotation } from './prompt.ts';

/** A part of a source that a question needs. */
export interface Passage<M extends Metadata = AnyMetadata> {
  /** Its number in the prompt, from 1. */
  readonly number: number;
  /** The text of the source, without the headings above it, which the citation has. */
  readonly text: string;
  readonly citation: Citation;
  /** The best score of its records; as of `search`. */
  readonly score: number;
  /** The records that it is made of, in the order of the source. */
  readonly ids: readonly string[];
  /** The metadata of the best of them. */
  readonly metadata?: M;
  /** What it takes in the prompt, citation and marks included. */
  readonly tokens: number;
  /** Whether it was cut, because it alone did not fit. */
  readonly isCut: boolean;
}

/** What a question needs, best first. */
export interface Retrieval<M extends Metadata = AnyMetadata> {
  readonly question: string;
  readonly passages: readonly Passage<M>[];
  /** Tokens of all passages in the prompt, citations and marks included. */
  readonly tokens: number;
  /** Records that were found and did not fit any more. */
  readonly omitted: number;
  /**
   * The question and its passages, as numbered sources, for any language model. What is quoted lies between marks
   * that it cannot contain.
   */
  toPrompt(): string;
}

const SENTENCES = new Intl.Segmenter('en', { granularity: 'sentence' });

/**
 * Finds the passages that a question needs, by meaning and by words (where the collection has an index of words), and
 * fits them into a number of tokens: what lies side by side in a source is joined, what is there twice is dropped,
 * and each passage says where it is from. It makes use of the metadata that `@vecino/ingest` gives to passages and
 * does without where there are none.
 *
 * @param records a collection with an embedding, or a namespace of one
 * @throws as `search` of the collection; the errors of the options
 *
 * @example
 * ```ts
 * const { passages, toPrompt } = await retrieve(handbook, 'How do I get a refund?', { tokens: 1_500 });
 * for (const { number, citation } of passages) console.log(number, citation.source, citation.headings);
 * const prompt = toPrompt(); // for any language model
 * ```
 */
export async function retrieve<M extends Metadata = AnyMetadata>(
  records: Pick<Collection<M>, 'search'>,
  question: string,
  options?: RetrieveOptions<M>,
): Promise<Retrieval<M>> {
  const { tokens: budget, countTokens = estimateTokens, ...query } = readRetrieveOptions(options);
  const hits = await searchFor(records, question, query);
  const pieces = withoutRepetition(hits.map(pieceOf));
  const costOf = (piece: Piece<M>, i: number) => countTokens(quotation(piece, i + 1));
  const chosen = choose(pieces, budget, costOf);
  const passages = chosen.map((piece, i) => passageOf(piece, i + 1, costOf(piece, i)));
  const used = new Set(passages.flatMap(({ ids }) => ids));
  return {
    question,
    passages,
    tokens: passages.reduce((sum, { tokens }) => sum + tokens, 0),
    omitted: pieces.filter(({ hits: [hit] }) => hit !== undefined && !used.has(hit.id)).length,
    toPrompt: () => promptOf(question, passages),
  };
}

/** Hits by meaning, and by words too where they are indexed, unless it is said whether words count. */
export async function searchFor<M extends Metadata>(
  records: Pick<Collection<M>, 'search'>,
  text: string,
  { fullText, ...query }: Omit<RetrieveOptions<M>, 'tokens' | 'countTokens'>,
): Promise<readonly Hit<M>[]> {
  const dense: SearchQuery<M> = { ...query, text, include: ['document', 'metadata'] };
  if (fullText === false) return records.search(dense);
  try {
    return await records.search({ ...dense, fullText: true });
  } catch (error) {
    // Whether there is an index of words only the collection knows, and a namespace cannot be asked.
    const isMissing = error instanceof VecinoError && error.code === 'FULL_TEXT_MISSING';
    if (fullText === true || !isMissing) throw error;
    return records.search(dense);
  }
}

function withoutRepetition<M extends Metadata>(pieces: readonly Piece<M>[]): Piece<M>[] {
  const seen = new Set<string>();
  return pieces.filter((piece) => {
    const words = wordsOf(piece);
    if (words === '' || seen.has(words)) return false;
    seen.add(words);
    return true;
  });
}

type CostOf<M extends Metadata> = (piece: Piece<M>, i: number) => number;

/** Takes one record after the other, the best first, as long as all that is taken fits together; merged. */
function choose<M extends Metadata>(
  pieces: readonly Piece<M>[],
  budget: number,
  costOf: CostOf<M>,
): Piece<M>[] {
  let taken: Piece<M>[] = [];
  let merged: Piece<M>[] = [];
  for (const piece of pieces) {
    const candidates = [...taken, piece];
    const together = mergePieces(candidates);
    if (together.reduce((sum, one, i) => sum + costOf(one, i), 0) > budget) continue;
    taken = candidates;
    merged = together;
  }
  const [best] = pieces;
  if (merged.length > 0 || best === undefined) return merged;
  const cut = cutToFit(best, budget, costOf);
  return cut === undefined ? [] : [cut];
}

/** The first sentences of a piece, as many as fit; undefined where not even one does. */
function cutToFit<M extends Metadata>(
  piece: Piece<M>,
  budget: number,
  costOf: CostOf<M>,
): Piece<M> | undefined {
  const { start } = piece.citation;
  let fitting: Piece<M> | undefined;
  for (const { segment, index } of SENTENCES.segment(piece.text)) {
    const text = piece.text.slice(0, index + segment.trimEnd().length);
    const end = start === undefined ? {} : { end: start + text.length };
    const cut = { ...piece, text, citation: { ...piece.citation, ...end } };
    if (costOf(cut, 0) > budget) return fitting;
    fitting = cut;
  }
  return fitting;
}

function passageOf<M extends Metadata>(piece: Piece<M>, number: number, tokens: number): Passage<M> {
  const { text, citation, hits } = piece;
  const best = hits.reduce((a, b) => (b.score > a.score ? b : a));
  const whole = hits.length === 1 ? pieceOf(best).text : text;
  return {
    number,
    text,
    citation,
    score: best.score,
    ids: hits.map(({ id }) => id),
    ...(best.metadata !== undefined && { metadata: best.metadata }),
    tokens,
    isCut: text.length < whole.length,
  };
}
