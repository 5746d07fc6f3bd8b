import type { CollectionDescription } from '../../api/collection.ts';
import type { Metric } from '../../api/search.ts';
import type { StoredCollection, StoredVectors } from '../../storage/store.ts';
import type { Backend } from './backend.ts';

/** What of the engine answers searches of a field. */
export type Serving = (stored: StoredVectors) => Pick<CollectionDescription, 'serving' | 'index'>;

export function describeRemote(
  stored: StoredCollection,
  { records, ofFields }: Awaited<ReturnType<Backend['counts']>>,
  serving: Serving,
): CollectionDescription {
  const { name, fullText, fields } = stored;
  const vectors = fields?.map((field, i) => {
    const { text } = field;
    return [field.name, { ...describeVectors(field, serving), text, records: ofFields[i] ?? 0 }] as const;
  });
  return {
    name,
    ...describeVectors(fields?.[0] ?? stored, serving),
    fullText: fullText ? { language: fullText.language, fields: fullText.fields } : null,
    records,
    ...(vectors && { vectors: Object.fromEntries(vectors) }),
  };
}

function describeVectors(
  stored: StoredVectors,
  serving: Serving,
): Pick<CollectionDescription, 'dimension' | 'metric' | 'embedding' | 'index' | 'serving'> {
  const { dimension, metric, embedding } = stored;
  return { dimension, metric: metric as Metric, embedding, ...serving(stored) };
}
