import type { CollectionDescription } from '../api/collection.ts';
import type { IndexOptions } from '../api/index-options.ts';
import type { Metric } from '../api/search.ts';
import { familyOf } from '../index/registry.ts';
import type { StoredCollection } from '../storage/store.ts';
import { chooseIndex } from './auto-policy.ts';
import { storedIndexChoice } from './index-choice.ts';

/** @param border of the automatic choice of the index, other than the measured one for tests */
export function describeCollection(
  stored: StoredCollection,
  records: number,
  border: number | undefined,
): CollectionDescription {
  const { name, dimension, metric, embedding, fullText } = stored;
  return {
    name,
    dimension,
    metric: metric as Metric,
    embedding,
    index: storedIndexChoice(stored).asked,
    fullText: fullText ? { language: fullText.language, fields: fullText.fields } : null,
    serving: servingOf(stored, records, border),
    records,
  };
}

/** What answers searches, and why in one sentence. */
function servingOf(
  stored: StoredCollection,
  records: number,
  border: number | undefined,
): CollectionDescription['serving'] {
  const { asked, structure } = storedIndexChoice(stored);
  const { family: serving } = structure;
  const waiting = waitingFor(structure, records);
  if (asked.family !== 'auto') {
    const reason = `the family ${serving} was asked for`;
    return { options: structure, reason: waiting ? `${reason}: ${waiting}` : reason };
  }
  const { dimension, metric } = stored;
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
