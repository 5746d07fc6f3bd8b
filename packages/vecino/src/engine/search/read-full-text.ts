import {
  FULL_TEXT_QUERY_OPTIONS,
  FUSION_OPTIONS,
  FUSION_WEIGHTS,
  type FullTextQuery,
  type FusionOptions,
} from '../../api/full-text.ts';
import { LIMITS } from '../../api/limits.ts';
import { SEARCH_OPTIONS, type SearchQuery } from '../../api/search.ts';
import { VecinoError } from '../../base/errors.ts';
import { describeValue, type OptionSpec, readOptions } from '../../base/options.ts';
import { analyzerOf } from '../../text/analyzer.ts';
import { type ParsedQuery, parseQuery } from '../../text/parse-query.ts';
import type { CollectionShape } from '../collection-shape.ts';

/** Options of a fusion, complete. */
export interface ReadFusion {
  readonly method: 'rrf' | 'weighted';
  /** By side; see `sideOf`. */
  readonly weights: Readonly<Record<string, number>>;
  readonly rankConstant: number;
  readonly candidates: number;
}

/** Candidates of each side where the query does not say: as many as k, four times as many, or this. */
const CANDIDATES_MIN = 100;

/** The words that a query looks for, or undefined. */
export function readFullTextQuery(
  state: CollectionShape,
  thing: string,
  { fullText, text }: SearchQuery,
): ParsedQuery | undefined {
  if (fullText === undefined) return undefined;
  const { query, match } = readWords(thing, fullText, text);
  const settings = state.fullText;
  if (!settings) {
    throw new VecinoError(
      'FULL_TEXT_MISSING',
      `${thing}: fullText needs an index of texts, and the collection has none; open it with \`{ fullText: true }\`, which makes one of what is stored`,
    );
  }
  const parsed = parseQuery(analyzerOf(settings.language), query, match);
  if (parsed.terms.length > LIMITS.fullTextTermsMax) {
    throw new VecinoError(
      'QUERY_INVALID',
      `${thing}: fullText has ${parsed.terms.length} different words, expected at most ${LIMITS.fullTextTermsMax}; look for the telling ones`,
      { details: { expected: LIMITS.fullTextTermsMax, received: parsed.terms.length } },
    );
  }
  return parsed;
}

/**
 * How the sides of a query are fused, where it has several.
 *
 * @param near the names of the fields to look near something, `vector` for that without a name; empty for words alone
 */
export function readFusion(
  thing: string,
  query: SearchQuery,
  near: readonly string[],
): ReadFusion | undefined {
  const sides = query.fullText === undefined ? near : [...near, 'fullText'];
  if (sides.length < 2) {
    if (query.fusion === undefined) return undefined;
    const hasVector = near.length > 0;
    const also = hasVector && near[0] !== 'vector' ? ', or another field' : '';
    throw new VecinoError(
      'QUERY_INVALID',
      `${thing}: fusion is given, but only ${hasVector ? 'something to look near' : 'words'}, expected both; add ${hasVector ? `fullText${also}` : 'text, vector or id'}, or leave fusion out`,
      { details: { option: 'fusion' } },
    );
  }
  const where = `${thing}: fusion`;
  const read = readOptions<FusionOptions>(where, FUSION_OPTIONS, query.fusion);
  const weights = readOptions<ReadFusion['weights']>(
    `${where}: weights`,
    Object.fromEntries(sides.map((side) => [side, weightOf(side)])),
    read.weights as ReadFusion['weights'] | undefined,
  );
  if (sides.every((side) => weights[side] === 0)) {
    const which = sides.length === 2 ? 'both' : 'all';
    throw new VecinoError(
      'QUERY_INVALID',
      `${where}: ${which} weights are 0, expected at least one that is more; leave weights out to weigh ${which} alike`,
      { details: { option: 'weights' } },
    );
  }
  const k = query.k ?? SEARCH_OPTIONS.k.default;
  const usual = Math.min(LIMITS.kMax, Math.max(CANDIDATES_MIN, 4 * k));
  return {
    method: read.method ?? FUSION_OPTIONS.method.default,
    weights,
    rankConstant: read.rankConstant ?? FUSION_OPTIONS.rankConstant.default,
    candidates: Math.max(k, read.candidates ?? usual),
  };
}

/** The option of a side's weight: named fields have that of the vectors. */
function weightOf(side: string): OptionSpec {
  return side === 'fullText' ? FUSION_WEIGHTS.fullText : FUSION_WEIGHTS.vector;
}

function readWords(thing: string, fullText: unknown, text: unknown): Required<FullTextQuery> {
  const match = FULL_TEXT_QUERY_OPTIONS.match.default;
  if (typeof fullText === 'string') return { query: fullText, match };
  if (fullText === true) {
    if (typeof text === 'string') return { query: text, match };
    throw new VecinoError(
      'QUERY_INVALID',
      `${thing}: fullText is true, which stands for the words of text, and there is no text; give the words themselves`,
      { details: { expected: 'a string', received: 'true' } },
    );
  }
  const expected = 'a string, true or { query, match }';
  if (typeof fullText !== 'object' || fullText === null) {
    throw invalid(thing, 'fullText', describeValue(fullText), expected);
  }
  const read = readOptions<Partial<FullTextQuery>>(`${thing}: fullText`, FULL_TEXT_QUERY_OPTIONS, fullText);
  if (typeof read.query !== 'string') {
    throw invalid(thing, 'fullText.query', describeValue(read.query), 'a string');
  }
  return { query: read.query, match: read.match ?? match };
}

function invalid(thing: string, what: string, received: string, expected: string): VecinoError {
  return new VecinoError('QUERY_INVALID', `${thing}: ${what} is ${received}, expected ${expected}`, {
    details: { expected, received },
  });
}
