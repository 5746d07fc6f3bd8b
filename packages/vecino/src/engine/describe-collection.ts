import type { CollectionDescription } from '../api/collection.ts';
import type { IndexOptions } from '../api/index-options.ts';
import type { Metric } from '../api/search.ts';
import { familyOf } from '../index/registry.ts';
import type { StoredCollection, StoredField, StoredVectors } from '../storage/store.ts';
import { chooseIndex } from './auto-policy.ts';
import { type ReadIndexChoice, storedIndexChoice } from './index-choice.ts';

/** Counts the records that have one of several vectors. */
type RecordsOf = (field: StoredField) => number;

/** @param border of the automatic choice of the index, other than the measured one for tests */
export function describeCollection(
  stored: StoredCollection,
  records: number,
  recordsOf: RecordsOf,
  border: number | undefined,
): CollectionDescription {
  const { name, fullText } = stored;
  const vectors = stored.fields?.map((field) => {
    const description = { ...describeVectors(name, field, recordsOf(field), border), text: field.text };
    return [field.name, { ...description, records: recordsOf(field) }] as const;
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
    ...(vectors && { vectors: Object.fromEntries(vectors) }),
  };
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
