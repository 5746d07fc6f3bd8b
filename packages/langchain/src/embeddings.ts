import { Embeddings, type EmbeddingsInterface } from '@langchain/core/embeddings';
import { LIMITS } from 'vecino';
import type { EmbeddingFunction } from 'vecino/embedding';
import { VecinoError } from 'vecino/errors';
import { type OptionSpecs, readOptions } from 'vecino/options';

export interface LangChainEmbeddingOptions {
  /** The identity of the model, which the collection records; default the `model` of the embeddings, if they have one. */
  readonly name?: string;
  /** The length of its vectors: 1 to 8,192. */
  readonly dimension: number;
}

const OPTIONS = {
  name: { kind: 'opaque', about: 'The identity of the model.' },
  dimension: { kind: 'integer', min: 1, max: LIMITS.dimensionMax, about: 'The length of its vectors.' },
} as const satisfies OptionSpecs;

/**
 * Embeddings of LangChain as an embedding function of Vecino: for a collection that embeds its texts itself, keeps
 * vectors of texts that come again, and searches by text.
 *
 * @throws the errors of the options
 *
 * @example
 * ```ts
 * const embedding = langchainEmbedding(new OpenAIEmbeddings({ model: 'text-embedding-3-small' }), { dimension: 1536 });
 * const docs = await db.collection('docs', { embedding });
 * ```
 */
export function langchainEmbedding(
  embeddings: EmbeddingsInterface,
  options: LangChainEmbeddingOptions,
): EmbeddingFunction {
  const thing = 'langchainEmbedding';
  const { dimension, name = modelOf(embeddings) } = readOptions(thing, OPTIONS, options);
  if (typeof name !== 'string' || name === '') throw missing(thing, 'name', 'the name of the model');
  if (dimension === undefined) throw missing(thing, 'dimension', 'the length of the vectors');
  return {
    name,
    dimension,
    embed: (texts, { kind } = {}) =>
      kind === 'query'
        ? Promise.all(texts.map((text) => embeddings.embedQuery(text)))
        : embeddings.embedDocuments([...texts]),
  };
}

/** The name under which most embeddings of LangChain keep their model. */
function modelOf(embeddings: EmbeddingsInterface): unknown {
  return 'model' in embeddings ? embeddings.model : undefined;
}

function missing(thing: string, option: string, expected: string): VecinoError {
  return new VecinoError('OPTION_INVALID', `${thing}: option "${option}" is missing, expected ${expected}`, {
    details: { option, expected },
  });
}

/**
 * An embedding function of Vecino as embeddings of LangChain, such as the local model of `@vecino/minilm`.
 *
 * @example
 * ```ts
 * const embeddings = new VecinoEmbeddings(minilm());
 * ```
 */
export class VecinoEmbeddings extends Embeddings {
  private readonly embedding: EmbeddingFunction;

  constructor(embedding: EmbeddingFunction) {
    super({});
    this.embedding = embedding;
  }

  async embedDocuments(documents: string[]): Promise<number[][]> {
    return this.embed(documents, 'document');
  }

  async embedQuery(document: string): Promise<number[]> {
    const [vector = []] = await this.embed([document], 'query');
    return vector;
  }

  private async embed(texts: readonly string[], kind: 'query' | 'document'): Promise<number[][]> {
    if (texts.length === 0) return [];
    const vectors = await this.embedding.embed(texts, { kind });
    return vectors.map((vector) => Array.from(vector));
  }
}
