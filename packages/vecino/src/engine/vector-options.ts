import type { EmbeddingFunction } from '../api/embedding.ts';
import type { Embedding, ImageEmbedding } from '../api/image.ts';
import { LIMITS } from '../api/limits.ts';
import type { Metric } from '../api/search.ts';
import type { VectorFieldOptions } from '../api/vector-field.ts';
import { VecinoError } from '../base/errors.ts';
import { describeValue } from '../base/options.ts';
import type { StoredVectors } from '../storage/store.ts';
import { type ReadIndexChoice, readIndexChoice, storedIndexChoice, withRecall } from './index-choice.ts';

/** Options of one vector, validated; `index` is complete, `givenIndex` is what the caller named. */
export interface ReadVectors {
  readonly dimension: number | undefined;
  readonly metric: Metric | undefined;
  readonly embedding: Embedding | undefined;
  readonly index: ReadIndexChoice;
  readonly givenIndex: Readonly<Record<string, unknown>>;
}

/** The options that a collection's only vector and each of several have. */
export function readVectorOptions(thing: string, read: Omit<VectorFieldOptions, 'text'>): ReadVectors {
  const embedding = read.embedding === undefined ? undefined : readEmbedding(thing, read.embedding);
  if (embedding && read.dimension !== undefined && embedding.dimension !== read.dimension) {
    throw new VecinoError(
      'COLLECTION_MISMATCH',
      `${thing}: dimension is ${read.dimension}, but embedding "${embedding.name}" makes vectors of ${embedding.dimension}; leave the dimension out`,
      { details: { expected: embedding.dimension, received: read.dimension } },
    );
  }
  const dimension = read.dimension ?? embedding?.dimension;
  return {
    dimension,
    metric: read.metric,
    embedding,
    index: readIndexChoice(thing, withRecall(thing, read.index, read.recall), {
      metric: read.metric ?? 'cosine',
      dimension,
    }),
    givenIndex: {
      ...(typeof read.index === 'string' ? { family: read.index } : read.index),
      ...(read.recall !== undefined && { recall: read.recall }),
    },
  };
}

/**
 * Refuses to open vectors as something that they are not.
 *
 * @param thing the opening words of messages
 */
export function compareVectors(
  thing: string,
  collection: string,
  stored: StoredVectors,
  read: ReadVectors,
): void {
  const { embedding } = read;
  const recorded = stored.embedding;
  if (
    embedding &&
    recorded &&
    (embedding.name !== recorded.name || embedding.dimension !== recorded.dimension)
  ) {
    throw new VecinoError(
      'EMBEDDING_MISMATCH',
      `${thing} was embedded with "${recorded.name}" (${recorded.dimension} dimensions), received "${embedding.name}" (${embedding.dimension}); vectors of two models cannot be compared, so open it with the first or create another collection`,
      { details: { expected: recorded, received: { name: embedding.name, dimension: embedding.dimension } } },
    );
  }
  if (embedding && !recorded) {
    throw new VecinoError(
      'EMBEDDING_MISMATCH',
      `${thing} was created without an embedding, its vectors come from elsewhere; received "${embedding.name}": leave it out, or create another collection`,
      { details: { expected: null, received: { name: embedding.name, dimension: embedding.dimension } } },
    );
  }
  requireSame(thing, 'dimension', stored.dimension, read.dimension);
  requireSame(thing, 'metric', stored.metric, read.metric);
  const index = storedIndexChoice(collection, stored).asked as unknown as Record<string, unknown>;
  for (const [option, received] of Object.entries(read.givenIndex)) {
    requireSame(thing, `index ${option}`, index[option], received);
  }
}

export function requireSame(thing: string, what: string, stored: unknown, received: unknown): void {
  if (received === undefined || received === stored) return;
  throw new VecinoError(
    'COLLECTION_MISMATCH',
    `${thing} exists with ${what} ${String(stored)}, received ${String(received)}; open it without that option${what.startsWith('index') ? ', change it with reindex' : ''}, or create another collection`,
    { details: { option: what, expected: stored, received } },
  );
}

function readEmbedding(thing: string, embedding: unknown): Embedding {
  const given = (embedding ?? {}) as Partial<EmbeddingFunction & ImageEmbedding>;
  const { name, dimension, variant, embed, embedImages } = given;
  const flawed = (part: keyof typeof given, value: unknown, expected: string): VecinoError => {
    const received = describeValue(value);
    return new VecinoError(
      'OPTION_INVALID',
      `${thing}: the embedding's ${part} is ${received}, expected ${expected}; see EmbeddingFunction and ImageEmbedding`,
      { details: { option: 'embedding', part, expected, received } },
    );
  };
  if (typeof name !== 'string' || name === '' || !name.isWellFormed()) {
    throw flawed('name', name, 'a non-empty string');
  }
  if (variant !== undefined && typeof variant !== 'string') throw flawed('variant', variant, 'a string');
  if (embedImages !== undefined && typeof embedImages !== 'function') {
    throw flawed('embedImages', embedImages, 'a function');
  }
  if (typeof embed !== 'function' && (embed !== undefined || embedImages === undefined)) {
    throw flawed('embed', embed, 'a function');
  }
  const isDimension = Number.isInteger(dimension) && Number(dimension) >= 1;
  if (!isDimension || Number(dimension) > LIMITS.dimensionMax) {
    throw flawed('dimension', dimension, `an integer from 1 to ${LIMITS.dimensionMax}`);
  }
  return embedding as Embedding;
}
