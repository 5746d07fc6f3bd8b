import type { EmbeddingFunction } from '../../api/embedding.ts';
import { VecinoError } from '../../base/errors.ts';
import { measureDimension, openaiCompatible } from '../../embedding.ts';
import type { EmbeddingSource, Identity } from './source.ts';

/** What stands before the name of a model of OpenAI. */
const OPENAI = 'openai:';
/** Where keys are looked for: on the command line others would see them. */
const OPENAI_KEY = 'OPENAI_API_KEY';
const ENDPOINT_KEY = 'VECINO_EMBEDDING_KEY';

/** `openai:<model>`, or `<url>#<model>` of any endpoint that speaks as OpenAI's does; undefined of other texts. */
export function endpointSource(text: string): EmbeddingSource | undefined {
  if (text.startsWith(OPENAI)) {
    const model = text.slice(OPENAI.length);
    return { load: async (recorded) => openaiEmbedding(model, dimensionIn(recorded, model)) };
  }
  const [, url, model] = /^(https?:\/\/[^#]+)#(.+)$/.exec(text) ?? [];
  if (url === undefined || model === undefined) return undefined;
  return {
    async load(recorded) {
      const apiKey = process.env[ENDPOINT_KEY];
      const endpoint = { url, model, ...(apiKey && { apiKey }) };
      return openaiCompatible({
        ...endpoint,
        dimension: dimensionIn(recorded, model) ?? (await measureDimension(endpoint)),
      });
    },
  };
}

/** What a collection was embedded with, if that is a model of OpenAI that we know. */
export function recordedOpenai({ name, dimension }: Identity): EmbeddingFunction | undefined {
  if (!name.startsWith('text-embedding-')) return undefined;
  try {
    return openaiEmbedding(name, dimension);
  } catch {
    // Somebody's own function by the name of a model that makes other vectors.
    return undefined;
  }
}

/** The key is asked for with the first text, so that a collection opens without it. */
function openaiEmbedding(model: string, dimension: number | undefined): EmbeddingFunction {
  const apiKey = () => {
    const key = process.env[OPENAI_KEY];
    if (!key) throw keyMissing(model);
    return key;
  };
  return openaiCompatible({ model, apiKey, ...(dimension !== undefined && { dimension }) });
}

/** That of the collection, which may be less than the model's. */
function dimensionIn(recorded: Identity | undefined, model: string): number | undefined {
  return recorded?.name === model ? recorded.dimension : undefined;
}

function keyMissing(model: string): VecinoError {
  return new VecinoError(
    'EMBEDDING_MISSING',
    `the model "${model}" of OpenAI needs a key in the environment variable ${OPENAI_KEY}, which is not set`,
    { details: { embedding: model, variable: OPENAI_KEY } },
  );
}
