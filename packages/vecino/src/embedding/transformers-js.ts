import type { EmbeddingFunction, EmbedOptions } from '../api/embedding.ts';
import { LIMITS } from '../api/limits.ts';
import { VecinoError } from '../base/errors.ts';
import { type OptionSpecs, readOptions } from '../base/options.ts';
import { askProvider, type Provider } from './ask-provider.ts';
import { type ChosenModel, chooseModel } from './choose-model.ts';
import type { ModelDescription } from './model-description.ts';
import { textTokensMax, variantOf } from './model-texts.ts';
import { REAL_COURSE } from './patience.ts';
import { ProviderFailure } from './provider-failure.ts';
import { REQUEST_OPTIONS, requestSettings } from './request-options.ts';

export interface TransformersJsOptions {
  /** As the Hugging Face hub calls it, such as `Xenova/bge-small-en-v1.5`, or a description. */
  readonly model: string | ModelDescription;
  /** The length of the vectors; see `openaiCompatible`. */
  readonly dimension?: number;
  /**
   * The numbers that the model computes with: default `fp32`. With integers (`int8`, `uint8`, `q8`) a text's vector
   * depends on what else is in its batch, so each text then is a batch of its own.
   */
  readonly dtype?: 'fp32' | 'fp16' | 'int8' | 'uint8' | 'q8' | 'q4';
  /** Texts of one run of the model: 1 to 10,000, default 16. */
  readonly textsMax?: number;
}

const OPTIONS = {
  model: { kind: 'opaque', about: 'The name of a model on the hub, or its description.' },
  dimension: { kind: 'integer', min: 1, max: LIMITS.dimensionMax, about: 'The length of the vectors.' },
  dtype: {
    kind: 'choice',
    values: ['fp32', 'fp16', 'int8', 'uint8', 'q8', 'q4'],
    default: 'fp32',
    about: 'The numbers that the model computes with.',
  },
  textsMax: { ...REQUEST_OPTIONS.textsMax, default: 16, about: 'Texts of one run of the model.' },
} as const satisfies OptionSpecs;

/** What we need of the package. */
export interface TransformersModule {
  pipeline(
    task: 'feature-extraction',
    model: string,
    options: { readonly dtype: string },
  ): Promise<Extractor>;
}

interface Extractor {
  (
    texts: readonly string[],
    options: { readonly pooling: string; readonly normalize: boolean },
  ): Promise<{ tolist(): number[][] }>;
  dispose?(): Promise<unknown>;
}

/** Not a literal in the import: the package is optional, and its types are not there without it. */
const PACKAGE: string = '@huggingface/transformers';

/** Neither scale nor zero of these depend on the data. */
const FLOATS = new Set(['fp32', 'fp16']);

/**
 * The embeddings of a model of the Hugging Face hub, computed in this process by the package
 * `@huggingface/transformers`, which you install: it is some hundred megabytes. The model is downloaded when the
 * first text comes, and kept by that package. It computes on the calling thread, or on those of its runtime.
 *
 * @example
 * ```ts
 * const embedding = transformersJs({ model: 'Xenova/bge-small-en-v1.5' });
 * ```
 *
 * @throws OPTION_UNKNOWN, OPTION_INVALID, OPTION_OUT_OF_RANGE at once; `embed` throws EMBEDDING_MISSING where the
 * package is not installed, EMBEDDING_REFUSED where the model cannot be loaded or fails.
 */
export function transformersJs(options: TransformersJsOptions): EmbeddingFunction {
  return transformersJsFrom(options, async () => (await import(PACKAGE)) as TransformersModule);
}

/** The same from another module, for tests. */
export function transformersJsFrom(
  options: TransformersJsOptions,
  load: () => Promise<TransformersModule>,
): EmbeddingFunction {
  const thing = 'transformersJs';
  const read = readOptions<TransformersJsOptions>(thing, OPTIONS, options);
  const { dtype, textsMax } = read as Required<TransformersJsOptions>;
  const model = chooseModel(thing, read.model, read.dimension);
  const { name } = model.description;
  let extractor: Promise<Extractor> | undefined;
  const request = async (texts: readonly string[]): Promise<readonly unknown[]> => {
    extractor ??= loadModel(thing, name, dtype, load);
    // A download that failed may succeed the next time.
    const ready = await extractor.catch((error: unknown) => {
      extractor = undefined;
      throw error;
    });
    const pooling = model.description.pooling ?? 'mean';
    return (await ready(texts, { pooling, normalize: true })).tolist();
  };
  const provider: Provider = {
    thing,
    name,
    secrets: () => [],
    model,
    ...requestSettings(thing, {
      ...{ textsMax: FLOATS.has(dtype) ? textsMax : 1, tokensMax: Number.MAX_SAFE_INTEGER },
      ...{ concurrency: 1, retries: 0, backoffMs: 1, waitMaxMs: 1 },
    }),
    course: REAL_COURSE,
    request,
  };
  return {
    ...identityOf(model, dtype),
    embed: (texts: readonly string[], embedOptions?: EmbedOptions) =>
      askProvider(provider, texts, embedOptions),
    close: async () => {
      const loaded = await extractor?.catch(() => undefined);
      extractor = undefined;
      await loaded?.dispose?.();
    },
  };
}

function identityOf(model: ChosenModel, dtype: string) {
  const tokensMax = textTokensMax(model);
  return {
    name: model.description.name,
    dimension: model.dimension,
    variant: variantOf(model, [dtype]),
    ...(tokensMax !== undefined && { tokensMax }),
  };
}

async function loadModel(
  thing: string,
  name: string,
  dtype: string,
  load: () => Promise<TransformersModule>,
): Promise<Extractor> {
  let module: TransformersModule;
  try {
    module = await load();
  } catch (cause) {
    throw new VecinoError(
      'EMBEDDING_MISSING',
      `${thing}: the model "${name}" needs the package ${PACKAGE}, which is not installed or does not load: npm install ${PACKAGE}`,
      { details: { embedding: name, package: PACKAGE }, cause },
    );
  }
  try {
    return await module.pipeline('feature-extraction', name, { dtype });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ProviderFailure(`the model cannot be loaded (${reason})`, { again: false, cause });
  }
}
