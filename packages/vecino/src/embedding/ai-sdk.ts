import type { EmbeddingFunction } from '../api/embedding.ts';
import { LIMITS } from '../api/limits.ts';
import { type OptionSpecs, readOptions } from '../base/options.ts';
import { askProvider, type Provider } from './ask-provider.ts';
import { chooseModel } from './choose-model.ts';
import type { ModelDescription } from './model-description.ts';
import { textTokensMax, variantOf } from './model-texts.ts';
import { REAL_COURSE, readRetryAfter } from './patience.ts';
import { ProviderFailure } from './provider-failure.ts';
import { invalidOption, REQUEST_OPTIONS, type RequestOptions, requestSettings } from './request-options.ts';

/** What we need of an embedding model of the Vercel AI SDK; those of its versions 5 to 7 have it. */
export interface AiSdkModel {
  readonly provider: string;
  readonly modelId: string;
  readonly maxEmbeddingsPerCall: number | undefined | PromiseLike<number | undefined>;
  doEmbed(options: {
    readonly values: string[];
    readonly abortSignal?: AbortSignal;
  }): PromiseLike<{ readonly embeddings: readonly (readonly number[])[] }>;
}

export interface AiSdkOptions extends RequestOptions {
  /** What is to be known of the model; default what Vecino knows of its name. */
  readonly model?: string | ModelDescription;
  /** The length of the vectors; see `openaiCompatible`. */
  readonly dimension?: number;
}

const OPTIONS = {
  model: { kind: 'opaque', about: 'The name of a model that Vecino knows, or a description.' },
  dimension: { kind: 'integer', min: 1, max: LIMITS.dimensionMax, about: 'The length of the vectors.' },
  ...REQUEST_OPTIONS,
} as const satisfies OptionSpecs;

/** What a provider's error tells, where it is an `APICallError`. */
interface ApiCallError {
  readonly isRetryable?: unknown;
  readonly statusCode?: unknown;
  readonly responseHeaders?: Readonly<Record<string, string>>;
}

/**
 * The embeddings of a model of the Vercel AI SDK, whoever provides it. Its own retries are those of `embedMany`,
 * which is not used: requests are repeated as `openaiCompatible` does.
 *
 * @example
 * ```ts
 * const embedding = aiSdk(openai.textEmbeddingModel('text-embedding-3-small'));
 * ```
 *
 * @throws as `openaiCompatible` does
 */
export function aiSdk(model: AiSdkModel, options?: AiSdkOptions): EmbeddingFunction {
  const thing = 'aiSdk';
  const { provider: providerName, modelId, doEmbed } = (model ?? {}) as Partial<AiSdkModel>;
  if (typeof doEmbed !== 'function' || typeof modelId !== 'string') {
    const expected = 'an embedding model of the AI SDK, such as openai.textEmbeddingModel("…")';
    throw invalidOption(thing, 'model', model, expected);
  }
  const read = readOptions<AiSdkOptions>(thing, OPTIONS, options);
  const chosen = chooseModel(thing, read.model ?? modelId, read.dimension);
  const settings = requestSettings(thing, read);
  const provider: Provider = {
    thing: `aiSdk with ${typeof providerName === 'string' ? providerName : 'an unnamed provider'}`,
    name: chosen.description.name,
    // What the provider sends is its own affair; what looks like a key is taken out of its errors.
    secrets: () => [],
    model: chosen,
    ...settings,
    course: REAL_COURSE,
    request: (texts, signal) => ask(model, texts, signal),
  };
  const tokensMax = textTokensMax(chosen);
  return {
    name: chosen.description.name,
    dimension: chosen.dimension,
    variant: variantOf(chosen),
    ...(tokensMax !== undefined && { tokensMax }),
    embed: async (texts, embedOptions) => {
      const textsMax = Math.min(settings.bounds.textsMax, (await model.maxEmbeddingsPerCall) ?? Infinity);
      const bounds = { ...settings.bounds, textsMax };
      return askProvider({ ...provider, bounds }, texts, embedOptions);
    },
  };
}

async function ask(
  model: AiSdkModel,
  texts: readonly string[],
  abortSignal: AbortSignal,
): Promise<readonly unknown[]> {
  try {
    const { embeddings } = await model.doEmbed({ values: [...texts], abortSignal });
    if (Array.isArray(embeddings)) return embeddings;
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    const { isRetryable, statusCode, responseHeaders } = cause as Error & ApiCallError;
    throw new ProviderFailure(cause.message, {
      again: isRetryable === true,
      waitMs: readRetryAfter(responseHeaders?.['retry-after'], REAL_COURSE.now()),
      status: typeof statusCode === 'number' ? statusCode : undefined,
      cause,
    });
  }
  throw new ProviderFailure('the model answered no embeddings', { again: false });
}
