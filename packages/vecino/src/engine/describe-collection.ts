import type { CollectionDescription } from '../api/collection.ts';
import type { IndexOptions } from '../api/index-options.ts';
import type { Metric } from '../api/search.ts';
import { familyOf } from '../index/registry.ts';
import {
  type StoredCollection,
  type StoredField,
  type StoredVectors,
  type StoreReader,
  UNNAMED_FIELD,
} from '../storage/store.ts';
import type { StoredVectorSet } from '../storage/vector-set-changes.ts';
import { chooseIndex } from './auto-policy.ts';
import { type ReadIndexChoice, storedIndexChoice } from './index-choice.ts';

/** @param border of the automatic choice of the index, other than the measured one for tests */
export function describeCollection(
  stored: StoredCollection,
  reader: StoreReader,
  now: number,
  border: number | undefined,
): CollectionDescription {
  const { id, name, fullText } = stored;
  const records = reader.count(id, { now });
  const recordsOf = ({ vectorSet }: StoredField) => reader.countOfSet(id, vectorSet, now);
  const sets = reader.vectorSets(id);
  const vectors = stored.fields?.map((field) => {
    const own = {
      text: field.text,
      records: recordsOf(field),
      ...reembeddingOf(id, field.number, sets, reader),
    };
    return [field.name, { ...describeVectors(name, field, own.records, border), ...own }] as const;
  });
  const [first] = stored.fields ?? [];
  const whole = first
    ? describeVectors(name, first, recordsOf(first), border)
    : describeVectors(name, stored, records, border);
  return {
    name,
    ...whole,
    fullText: fullText ? { language: fullText.language, fields: fullText.fields } : null,
    records,
    ...(!vectors && reembeddingOf(id, UNNAMED_FIELD, sets, reader)),
    ...(vectors && { vectors: Object.fromEntries(vectors) }),
  };
}

/** The change of the model of a field that was begun, if one was. */
function reembeddingOf(
  collection: number,
  field: number,
  sets: readonly StoredVectorSet[],
  reader: StoreReader,
): Pick<CollectionDescription, 'reembedding'> {
  const begun = sets.find((set) => set.field === field && set.target !== null);
  if (!begun?.target) return {};
  const { embedding, metric } = begun.target;
  const records = reader.countOfSet(collection, begun.number);
  return { reembedding: { embedding, metric: metric as Metric, records } };
}

function describeVectors(
  collection: string,
  stored: StoredVectors,
  records: number,
  border: number | undefined,
): Pick<CollectionDescription, 'dimension' | 'metric' | 'embedding' | 'index' | 'serving'> {
  const { dimension, metric, embedding } = stored;
  const choice = storedIndexChoice(collection, stored);
  return {
    dimension,
    metric: metric as Metric,
    embedding,
    index: choice.asked,
    serving: servingOf(choice, stored, records, border),
  };
}

/** What answers searches, and why in one sentence. */
function servingOf(
  { asked, structure }: ReadIndexChoice,
  { dimension, metric }: StoredVectors,
  records: number,
  border: number | undefined,
): CollectionDescription['serving'] {
  const { family: serving } = structure;
  const waiting = waitingFor(structure, records);
  if (asked.family !== 'auto') {
    const reason = `the family ${serving} was asked for`;
    return { options: structure, reason: waiting ? `${reason}: ${waiting}` : reason };
  }
  const situation = { records, dimension, metric: metric as Metric, recall: asked.recall, serving };
  const { family, reason } = chooseIndex(situation, border);
  return {
    options: structure,
    reason: family === serving ? reason : `${serving} serves until ${family} is built: ${reason}`,
  };
}

/** What an index waits for that has too few records to learn from; undefined where it does not wait. */
export function waitingFor(options: Required<IndexOptions>, records: number): string | undefined {
  const { family } = options;
  const least = familyOf(family).learner?.recordsMin?.(options) ?? 0;
  if (records >= least) return undefined;
  return `${family} waits for ${least} records, has ${records}; until then searches compare with all`;
}
