import type { EmbedOptions } from '../api/embedding.ts';
import { estimateTokens } from '../base/estimate-tokens.ts';
import type { ChosenModel } from './choose-model.ts';

/** The texts as the model wants to see them. */
export function withPrefix(
  { description }: ChosenModel,
  texts: readonly string[],
  kind: EmbedOptions['kind'],
): string[] {
  const { queryPrefix = '', documentPrefix = '' } = description;
  const prefix = kind === 'query' ? queryPrefix : documentPrefix;
  return texts.map((text) => prefix + text);
}

/**
 * A vector of the model, cut to the length that was chosen. What was cut has the length one again, for that is what
 * these models are compared by.
 *
 * Kusupati et al., Matryoshka Representation Learning, arXiv 2205.13147: the first numbers of a vector are trained to
 * be a vector by themselves.
 */
export function cutVector({ description, dimension }: ChosenModel, whole: Float32Array): Float32Array {
  if (dimension === whole.length) return whole;
  const mean = description.centred ? whole.reduce((sum, x) => sum + x, 0) / whole.length : 0;
  const cut = whole.slice(0, dimension).map((x) => x - mean);
  const length = Math.hypot(...cut);
  return length === 0 ? cut : cut.map((x) => x / length);
}

/** What the vectors depend on beside name and dimension; see `EmbeddingFunction.variant`. */
export function variantOf({ description }: ChosenModel, more: readonly string[] = []): string {
  const { queryPrefix = '', documentPrefix = '', dimension } = description;
  return JSON.stringify([queryPrefix, documentPrefix, dimension, ...more]);
}

/** Tokens that frame every text, [CLS] and [SEP] or their like. */
const FRAME_TOKENS = 2;

/** How many tokens of a document count, where that is known: without the frame and the prefix. */
export function textTokensMax({ description }: ChosenModel): number | undefined {
  const { tokensMax, documentPrefix = '' } = description;
  if (tokensMax === undefined) return undefined;
  return Math.max(1, tokensMax - FRAME_TOKENS - estimateTokens(documentPrefix));
}
