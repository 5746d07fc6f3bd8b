import type { Filter } from '../api/filter.ts';
import type { FusionOptions } from '../api/full-text.ts';
import { LIMITS } from '../api/limits.ts';
import type { AnyMetadata, Metadata } from '../api/metadata.ts';
import type { RerankFunction, RerankOptions } from '../api/search.ts';
import { VecinoError } from '../base/errors.ts';
import { describeValue, type OptionSpecs, readOptions } from '../base/options.ts';

/** What `retrieve` is told beside the question. */
export interface RetrieveOptions<M extends Metadata = AnyMetadata> {
  /** Tokens of all sources in the prompt together, at most: 16 to 1,000,000, default 2,000. */
  readonly tokens?: number;
  /** Records that are looked at, before duplicates are dropped and neighbours merged: 1 to 1,000, default 20. */
  readonly k?: number;
  /** Which of several named vectors the question is compared with, one or a list, as of `search`. */
  readonly field?: string | readonly string[];
  /** Only records whose metadata match. */
  readonly filter?: Filter<M>;
  /** Look for the words of the question too. Default: where the collection has an index of words. */
  readonly fullText?: boolean;
  /** How both sides become one ranking; as of `search`. */
  readonly fusion?: FusionOptions;
  /** Leave out records with a lower score; as of `search`. */
  readonly minScore?: number;
  /** A second stage that scores the best anew; as of `search`. */
  readonly rerank?: RerankFunction<M> | RerankOptions<M>;
  /** Counts the tokens of a text as the model does that is to answer; by default they are estimated. */
  readonly countTokens?: (text: string) => number;
}

export const RETRIEVE_OPTIONS = {
  tokens: {
    kind: 'integer',
    min: 16,
    max: 1_000_000,
    default: 2_000,
    about: 'Tokens of all sources together, at most.',
  },
  k: {
    kind: 'integer',
    min: 1,
    max: LIMITS.kMax / 10,
    default: 20,
    about: 'Records that are looked at.',
  },
  field: { kind: 'opaque', about: 'Which of several named vectors, one or a list.' },
  filter: { kind: 'opaque', about: 'Only records whose metadata match this filter.' },
  fullText: { kind: 'boolean', about: 'Look for the words of the question too.' },
  fusion: { kind: 'opaque', about: 'How nearness and words are fused.' },
  minScore: {
    kind: 'number',
    min: -Number.MAX_VALUE,
    max: Number.MAX_VALUE,
    about: 'Leave out records with a lower score.',
  },
  rerank: { kind: 'opaque', about: 'Scores the best candidates anew.' },
  countTokens: { kind: 'opaque', about: 'Counts the tokens of a text.' },
} as const satisfies OptionSpecs;

/** The options with their defaults; what `search` knows too is checked by it. */
export function readRetrieveOptions<M extends Metadata>(input: RetrieveOptions<M> | undefined) {
  const options = readOptions('retrieve', RETRIEVE_OPTIONS, input) as RetrieveOptions<M> &
    Required<Pick<RetrieveOptions<M>, 'tokens' | 'k'>>;
  const { countTokens } = options;
  if (countTokens === undefined || typeof countTokens === 'function') return options;
  const received = describeValue(countTokens);
  throw new VecinoError(
    'OPTION_INVALID',
    `retrieve: option "countTokens" is ${received}, expected a function from a text to a number`,
    { details: { option: 'countTokens', expected: 'a function', received } },
  );
}
