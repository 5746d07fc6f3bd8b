import type { JsonObject, JsonValue } from '../../api/metadata.ts';
import { readPath } from '../../filter/path.ts';
import type { Scalar } from './client.ts';

/** Longer texts are not laid out for filters: nobody asks for equality with them, and they are kept once already. */
export const STRING_MAX = 1_000;

/**
 * Metadata on one level, as Chroma's filters see them: each text, number and boolean under the dotted path that our
 * filters name it by. What Chroma has no values for (null, arrays, objects) is left out, and so are paths that could
 * mean something else to Chroma or are none of its keys.
 */
export function flatMetadata(metadata: JsonObject): Map<string, Scalar> {
  const flat = new Map<string, Scalar>();
  for (const path of pathsIn(metadata, '')) {
    if (!isKey(path)) continue;
    // The same path may be spelt by several keys; which of them counts filters know.
    const value = readPath(path)(metadata);
    if (value === undefined || !isScalar(value)) continue;
    if (typeof value !== 'string' || value.length <= STRING_MAX) flat.set(path, value);
  }
  return flat;
}

/**
 * Whether a path is laid out for filters: it begins with a letter, so that it is none of Chroma's operators (`$…`) and
 * fields (`#…`), and has no colon, so that it is none of ours (`vecino:…`) or Chroma's (`chroma:…`). The client loses what
 * is called `__proto__`.
 */
export function isKey(path: string): boolean {
  return path !== '__proto__' && /^[\p{L}_][\p{L}\p{N}_.-]*$/u.test(path);
}

export function isScalar(value: JsonValue): value is Scalar {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function* pathsIn(object: JsonObject, prefix: string): Generator<string> {
  for (const [key, value] of Object.entries(object)) {
    const path = prefix + key;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      yield* pathsIn(value as JsonObject, `${path}.`);
    } else yield path;
  }
}
