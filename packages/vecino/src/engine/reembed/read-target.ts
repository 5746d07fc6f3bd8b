import type { EmbeddingFunction } from '../../api/embedding.ts';
import type { Embedding } from '../../api/image.ts';
import {
  REEMBED_OPTIONS,
  REEMBED_TARGET,
  type ReembedOptions,
  type ReembedTarget,
} from '../../api/reembed.ts';
import type { Metric } from '../../api/search.ts';
import { VecinoError } from '../../base/errors.ts';
import { describeValue, readOptions } from '../../base/options.ts';
import type { VectorSetTarget } from '../../storage/vector-set-changes.ts';
import { DOCUMENT } from '../../text/record-texts.ts';
import { chooseField } from '../choose-fields.ts';
import type { CollectionState } from '../collection-state.ts';
import { takesTexts } from '../embed.ts';
import type { TextSource } from '../embed-records.ts';
import { type ReadIndexChoice, readIndexChoice, storedIndexChoice } from '../index-choice.ts';
import type { VectorField } from '../vector-field.ts';
import { readVectorOptions } from '../vector-options.ts';

/** Where a field's vectors are to move, validated. */
export interface ReadTarget {
  readonly field: VectorField;
  readonly embedding: EmbeddingFunction;
  readonly metric: Metric;
  /** What of a record is embedded: as before, or its document. */
  readonly source: TextSource & { readonly text: string };
  /** What the caller says of the index, or of which it was asked before. */
  readonly index: ReadIndexChoice;
  /** By which a set of vectors in the store is told apart from one for another model. */
  readonly stored: VectorSetTarget;
}

export interface ReadReembedding extends Pick<ReembedOptions, 'onProgress' | 'signal'> {
  readonly target: ReadTarget;
}

/** Validates what a caller of `reembed` gives. */
export function readReembedding(state: CollectionState, thing: string, input: unknown): ReadReembedding {
  const read = readOptions<ReembedOptions>(thing, REEMBED_OPTIONS, (input ?? null) as ReembedOptions);
  const { onProgress, signal, ...target } = read;
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    throw invalid(thing, 'onProgress', 'a function', onProgress);
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw invalid(thing, 'signal', 'an AbortSignal', signal);
  }
  return {
    target: targetOf(state, thing, target),
    ...(onProgress && { onProgress }),
    ...(signal && { signal }),
  };
}

/** Validates what a caller of `estimateReembed` gives. */
export function readReembedTarget(state: CollectionState, thing: string, input: unknown): ReadTarget {
  return targetOf(
    state,
    thing,
    readOptions<ReembedTarget>(thing, REEMBED_TARGET, (input ?? null) as ReembedTarget),
  );
}

function targetOf(state: CollectionState, thing: string, given: ReembedTarget): ReadTarget {
  const field = chooseField(state, thing, given.field);
  const { embedding } = readVectorOptions(thing, {
    ...(given.embedding !== undefined && { embedding: given.embedding }),
  });
  if (!embedding) throw invalid(thing, 'embedding', 'the embedding to move to', given.embedding);
  requireTextModels(thing, field, embedding);
  const { name, dimension, variant = '' } = embedding;
  const metric = given.metric ?? field.metric;
  return {
    field,
    embedding,
    metric,
    source: {
      name: field.name,
      text: field.text ?? DOCUMENT,
      within: (what) => field.within(what),
    },
    index: readIndexChoice(thing, given.index ?? presentIndex(state, field, metric), { metric, dimension }),
    stored: { dimension, metric, embedding: { name, dimension }, variant },
  };
}

/** Texts are stored, pictures are not: their vectors cannot be made anew. */
function requireTextModels(
  thing: string,
  field: VectorField,
  embedding: Embedding,
): asserts embedding is EmbeddingFunction {
  const flawed = [embedding, field.embedding].find((one) => one && !takesTexts(one));
  if (!flawed) return;
  const is = flawed === embedding ? 'takes' : 'has made the vectors, and takes';
  throw new VecinoError(
    'OPTION_INVALID',
    `${field.within(thing)}: the embedding "${flawed.name}" ${is} pictures only, which records do not keep, expected one of texts; put the records into a collection with another embedding, each with its image`,
    { details: { option: 'embedding', expected: 'an embedding of texts', received: flawed.name } },
  );
}

/** What was asked for before. Options that suit a metric need not suit another. */
function presentIndex(state: CollectionState, field: VectorField, metric: Metric): object {
  const { asked } = storedIndexChoice(state.collectionName, field.stored);
  if (metric === field.metric) return asked;
  const { family } = asked;
  return 'recall' in asked && asked.recall !== undefined ? { family, recall: asked.recall } : { family };
}

function invalid(thing: string, option: string, expected: string, value: unknown): VecinoError {
  const received = describeValue(value);
  return new VecinoError(
    'OPTION_INVALID',
    `${thing}: option "${option}" is ${received}, expected ${expected}`,
    { details: { option, expected, received } },
  );
}
