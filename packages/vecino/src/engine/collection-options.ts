import { COLLECTION_OPTIONS, type CollectionOptions } from '../api/collection.ts';
import type { EmbeddingFunction } from '../api/embedding.ts';
import { LIMITS } from '../api/limits.ts';
import type { Metric } from '../api/search.ts';
import { VecinoError } from '../base/errors.ts';
import { describeValue, readOptions } from '../base/options.ts';
import type { StoredCollection } from '../storage/store.ts';
import { type ReadFullText, readFullText } from './full-text.ts';
import { type ReadIndexChoice, readIndexChoice, storedIndexChoice } from './index-choice.ts';

/** Options of a collection, validated; `index` is complete, `givenIndex` is what the caller named. */
export interface ReadCollectionOptions {
  readonly dimension: number | undefined;
  readonly metric: Metric | undefined;
  readonly embedding: EmbeddingFunction | undefined;
  readonly index: ReadIndexChoice;
  readonly fullText: ReadFullText | undefined;
  readonly givenIndex: Readonly<Record<string, unknown>>;
}

export function readCollectionOptions(
  name: string,
  options: CollectionOptions | undefined,
): ReadCollectionOptions {
  const thing = `collection "${name}"`;
  const read = readOptions<CollectionOptions>(thing, COLLECTION_OPTIONS, options);
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
    index: readIndexChoice(thing, read.index, { metric: read.metric ?? 'cosine', dimension }),
    fullText: read.fullText === undefined ? undefined : readFullText(thing, read.fullText),
    givenIndex: typeof read.index === 'string' ? { family: read.index } : { ...read.index },
  };
}

export function requireDimension(name: string, { dimension }: ReadCollectionOptions): number {
  if (dimension !== undefined) return dimension;
  throw new VecinoError(
    'OPTION_INVALID',
    `collection "${name}" does not exist yet, and its options have no dimension; create it with \`{ dimension: … }\` or \`{ embedding: … }\``,
    { details: { option: 'dimension', expected: `1 to ${LIMITS.dimensionMax}`, received: 'undefined' } },
  );
}

/** Refuses to open a collection as something that it is not. What the caller does not name is not compared. */
export function compareOptions(stored: StoredCollection, read: ReadCollectionOptions): void {
  const thing = `collection "${stored.name}"`;
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
  const index = storedIndexChoice(stored).asked as unknown as Record<string, unknown>;
  for (const [option, received] of Object.entries(read.givenIndex)) {
    requireSame(thing, `index ${option}`, index[option], received);
  }
  const { fullText } = stored;
  if (!fullText) return;
  requireSame(thing, 'fullText language', fullText.language, read.fullText?.language);
  requireSame(thing, 'fullText fields', fullText.fields.join(', '), read.fullText?.fields?.join(', '));
}

function requireSame(thing: string, what: string, stored: unknown, received: unknown): void {
  if (received === undefined || received === stored) return;
  throw new VecinoError(
    'COLLECTION_MISMATCH',
    `${thing} exists with ${what} ${String(stored)}, received ${String(received)}; open it without that option${what.startsWith('index') ? ', change it with reindex' : ''}, or create another collection`,
    { details: { option: what, expected: stored, received } },
  );
}

function readEmbedding(thing: string, embedding: unknown): EmbeddingFunction {
  const { name, dimension, embed } = (embedding ?? {}) as Partial<EmbeddingFunction>;
  const flawed = (part: keyof EmbeddingFunction, value: unknown, expected: string): VecinoError => {
    const received = describeValue(value);
    return new VecinoError(
      'OPTION_INVALID',
      `${thing}: the embedding's ${part} is ${received}, expected ${expected}; see EmbeddingFunction`,
      { details: { option: 'embedding', part, expected, received } },
    );
  };
  if (typeof name !== 'string' || name === '' || !name.isWellFormed()) {
    throw flawed('name', name, 'a non-empty string');
  }
  if (typeof embed !== 'function') throw flawed('embed', embed, 'a function');
  const isDimension = Number.isInteger(dimension) && Number(dimension) >= 1;
  if (!isDimension || Number(dimension) > LIMITS.dimensionMax) {
    throw flawed('dimension', dimension, `an integer from 1 to ${LIMITS.dimensionMax}`);
  }
  return embedding as EmbeddingFunction;
}
