import { LIMITS } from '../api/limits.ts';
import type { JsonObject, JsonValue } from '../api/metadata.ts';
import { VecinoError } from '../base/errors.ts';
import { describeValue } from '../base/options.ts';
import { findJsonFlaw, isPlainObject, showPath } from './json-flaw.ts';

/**
 * The JSON text of a record's metadata, `{}` where there are none.
 *
 * `METADATA_INVALID` names the place of what JSON cannot hold, `METADATA_TOO_LARGE` the size in UTF-8
 * bytes. Nothing is dropped or rewritten, with one exception: JSON has no negative zero that survives
 * `JSON.stringify`, so -0 is stored as 0, and filters treat the two as equal anyway.
 *
 * @param thing what the metadata belong to, as the message's opening words: `upsert into "docs": record 3`
 */
export function encodeMetadata(thing: string, metadata: unknown): string {
  if (metadata === undefined) return '{}';
  requireObject(thing, metadata);
  const flaw = findJsonFlaw(metadata);
  if (flaw) {
    const place = showPath('metadata', flaw.path);
    throw new VecinoError('METADATA_INVALID', `${thing}: ${place} ${flaw.problem}`, {
      details: { path: flaw.path },
    });
  }
  const text = JSON.stringify(metadata);
  const bytes = Buffer.byteLength(text);
  if (bytes > LIMITS.metadataBytesMax) {
    throw new VecinoError(
      'METADATA_TOO_LARGE',
      `${thing}: metadata are ${bytes} bytes of JSON, at most ${LIMITS.metadataBytesMax} fit; long texts belong into the document`,
      { details: { expected: LIMITS.metadataBytesMax, received: bytes } },
    );
  }
  return text;
}

/**
 * Metadata after a partial update: keys of the change replace those of the same name, with all that is
 * nested in them, and a key whose new value is `undefined` goes. The result is not validated yet; it goes
 * through {@link encodeMetadata} like any other.
 */
export function mergeMetadata(old: JsonObject, change: object, thing = 'update'): JsonObject {
  requireObject(thing, change);
  const merged = new Map<string, unknown>([...Object.entries(old), ...Object.entries(change)]);
  for (const [key, value] of merged) if (value === undefined) merged.delete(key);
  // Unlike assignment, fromEntries makes a key named `__proto__` a key like any other.
  return Object.fromEntries(merged) as { [key: string]: JsonValue };
}

function requireObject(thing: string, metadata: unknown): asserts metadata is object {
  if (isPlainObject(metadata)) return;
  const received = describeValue(metadata);
  throw new VecinoError(
    'METADATA_INVALID',
    `${thing}: metadata are ${received}, expected a plain object of JSON values`,
    { details: { expected: 'a plain object', received } },
  );
}
