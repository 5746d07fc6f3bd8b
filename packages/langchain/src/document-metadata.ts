import { type AnyMetadata, type JsonValue, LIMITS } from 'vecino';

/**
 * The metadata of a document as JSON that can be stored and filtered by. Loaders put there whatever they have, so
 * what JSON has a form for takes it: dates become ISO texts, instances of classes their own fields, and what is
 * undefined or a function is left out. What JSON would lose without a word (maps, sets, big integers, numbers that
 * are none) stays as it is, and the collection refuses it.
 */
export function plainMetadata(metadata: object): AnyMetadata {
  return plainObject(metadata, 0) as AnyMetadata;
}

function plain(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  // Deeper than what is stored, perhaps a circle.
  if (depth > LIMITS.metadataDepthMax) return value;
  if ('toJSON' in value && typeof value.toJSON === 'function') return plain(value.toJSON(), depth + 1);
  if (Array.isArray(value)) return value.map((element) => plain(element, depth + 1));
  if (value instanceof Map || value instanceof Set || ArrayBuffer.isView(value)) return value;
  return plainObject(value, depth + 1);
}

function plainObject(value: object, depth: number): Record<string, unknown> {
  const entries: [string, unknown][] = Object.entries(value);
  const kept = entries.filter(([, field]) => field !== undefined && typeof field !== 'function');
  return Object.fromEntries(kept.map(([key, field]) => [key, plain(field, depth) as JsonValue]));
}
