import type { Collection } from '../api/collection.ts';
import { LIMITS } from '../api/limits.ts';
import type { AnyMetadata, Metadata } from '../api/metadata.ts';
import type { Hit, SearchQuery } from '../api/search.ts';
import { VecinoError } from '../base/errors.ts';
import { type OptionSpecs, readOptions } from '../base/options.ts';
import { ndcgAt, recallAt, reciprocalRank } from './measures.ts';
import { isFound, type Question } from './questions.ts';

/** A way to search, by the name that the table shows. */
export interface Way {
  readonly name: string;
  /** What is searched for: the vector of the question, its words, or both. */
  readonly by: 'meaning' | 'words' | 'both';
  /** Of both: weights of the vectors and of the words; by reciprocal ranks where absent. */
  readonly weights?: readonly [vector: number, fullText: number];
}

export const WAYS: readonly Way[] = [
  { name: 'meaning', by: 'meaning' },
  { name: 'words', by: 'words' },
  { name: 'both', by: 'both' },
];

export interface EvaluateOptions {
  /** Hits of each question: 1 to 1,000, default 10. */
  readonly k?: number;
  /** Which of several named vectors the questions are compared with, one or a list, as of `search`. */
  readonly field?: string | readonly string[];
  /** Default meaning, words and both. */
  readonly ways?: readonly Way[];
}

export const EVALUATE_OPTIONS = {
  k: { kind: 'integer', min: 1, max: LIMITS.kMax / 10, default: 10, about: 'Hits of each question.' },
  field: { kind: 'opaque', about: 'Which of several named vectors, one or a list.' },
  ways: { kind: 'opaque', about: 'How is searched.' },
} as const satisfies OptionSpecs;

/** How good one way of searching is, as means over the questions. */
export interface Evaluation {
  readonly way: string;
  readonly questions: number;
  /** The share of what is relevant that is among the k hits. */
  readonly recall: number;
  /** One over the rank of the first relevant hit. */
  readonly mrr: number;
  /** Normalised discounted cumulative gain of the k hits. */
  readonly ndcg: number;
  /** Milliseconds of a question, embedding included, where all are asked in one call. */
  readonly timeMs: number;
}

/**
 * Searches for questions whose answers are known, and says how well each way finds them: for comparing models, sizes
 * of passages, and weights of meaning and words on one's own texts.
 *
 * @throws as `searchMany`; FULL_TEXT_MISSING where words are looked for and there is no index of them
 */
export async function evaluate<M extends Metadata = AnyMetadata>(
  records: Pick<Collection<M>, 'searchMany'>,
  questions: readonly Question[],
  options?: EvaluateOptions,
): Promise<Evaluation[]> {
  const read = readOptions<EvaluateOptions>('evaluate', EVALUATE_OPTIONS, options);
  const { k = EVALUATE_OPTIONS.k.default, ways = WAYS, field } = read;
  if (questions.length === 0) throw new VecinoError('OPTION_INVALID', 'evaluate: there are no questions');
  const evaluations: Evaluation[] = [];
  for (const way of ways) evaluations.push(await evaluateWay(records, questions, way, { k, field }));
  return evaluations;
}

/** What all questions are asked with. */
interface Asked {
  readonly k: number;
  readonly field: EvaluateOptions['field'];
}

async function evaluateWay<M extends Metadata>(
  records: Pick<Collection<M>, 'searchMany'>,
  questions: readonly Question[],
  way: Way,
  { k, field }: Asked,
): Promise<Evaluation> {
  const startMs = performance.now();
  const queries = questions.map(({ question }) => queryOf<M>(question, way, { k, field }));
  const answers = await records.searchMany(queries);
  const timeMs = (performance.now() - startMs) / questions.length;
  const found = questions.map(({ relevant }, i) => ({
    ranks: ranksOf(answers[i] ?? [], relevant),
    relevant: relevant.length,
  }));
  const mean = (measure: (one: (typeof found)[number]) => number) =>
    found.reduce((sum, one) => sum + measure(one), 0) / found.length;
  return {
    way: way.name,
    questions: questions.length,
    recall: mean(({ ranks, relevant }) => recallAt(k, ranks, relevant)),
    mrr: mean(({ ranks }) => reciprocalRank(ranks)),
    ndcg: mean(({ ranks, relevant }) => ndcgAt(k, ranks, relevant)),
    timeMs,
  };
}

function queryOf<M extends Metadata>(
  text: string,
  { by, weights }: Way,
  { k, field }: Asked,
): SearchQuery<M> {
  const rest = { k, include: ['metadata'] } as const;
  if (by === 'words') return { ...rest, fullText: text };
  const near = { ...rest, text, ...(field !== undefined && { field }) };
  if (by === 'meaning') return near;
  if (weights === undefined) return { ...near, fullText: true };
  const [vector, fullText] = weights;
  const meanings = [field ?? 'vector'].flat().map((side) => [side, vector] as const);
  const sides = Object.fromEntries([...meanings, ['fullText', fullText] as const]);
  return { ...near, fullText: true, fusion: { method: 'weighted', weights: sides } };
}

/** The ranks, from 1, at which something relevant is found for the first time. */
function ranksOf<M extends Metadata>(hits: readonly Hit<M>[], relevant: Question['relevant']): number[] {
  const ranks = relevant.map((one) => hits.findIndex((hit) => isFound(hit, one)) + 1);
  return ranks.filter((rank) => rank > 0);
}
