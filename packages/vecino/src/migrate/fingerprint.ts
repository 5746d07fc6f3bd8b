/**
 * What a set of records holds, as numbers that do not depend on their order: a sum of hashes over the records, so that
 * both ends can be read as they are stored, in one pass and without memory.
 *
 * It is AdHash of Bellare and Micciancio, "A New Paradigm for Collision-Free Hashing: Incrementality at Reduced Cost"
 * (EUROCRYPT 1997): SHA-256 of each element, added up. We keep 128 bits of the hash and of the sum. Against accidents
 * (a record lost, doubled, changed, two swapped) that leaves a chance of 2^-128 for each comparison; against somebody who
 * constructs records for it, sums of 128 bits are no proof (Wagner, "A Generalized Birthday Problem", CRYPTO 2002).
 *
 * There is one sum for each part of a record. Each hash is of the part, of namespace and id, and of the part's content, so
 * that contents that have changed places are noticed. Contents have one form only:
 *
 * - a vector is its 32-bit floats with their lowest byte first; minus zero counts as zero, which compares as equal with it and
 *   which texts of vectors lose. Where an end keeps 16-bit floats, both sides are rounded to these before;
 * - a document is its UTF-8, and none is another thing than an empty one;
 * - metadata is JSON with keys in the order of their UTF-16 units, numbers as JavaScript prints them;
 * - an expiry is its milliseconds since 1970.
 *
 * The cost is a SHA-256 of each part: some ten microseconds for a record of 384 dimensions.
 */
import { createHash } from 'node:crypto';
import type { JsonObject, JsonValue } from '../api/metadata.ts';
import type { ContentChecksum, MigrationVerification } from '../api/migration.ts';
import { roundToHalf } from './half.ts';
import { keyOf, type MigratedRecord } from './record.ts';

/** How exactly vectors are compared; see `MigrationVerification.vectors`. */
export type Precision = MigrationVerification['vectors'];

/** What of records is summed. */
export type ContentPart = 'ids' | 'vectors' | 'documents' | 'metadata' | 'expiries';

export const CONTENT_PARTS: readonly ContentPart[] = ['ids', 'vectors', 'documents', 'metadata', 'expiries'];

const BITS = 128;

/** Sums over records that are added one by one. */
export class Fingerprint {
  records = 0;
  private readonly sums = new Map<ContentPart, bigint>();
  private readonly precision: Precision;

  /**
   * @param parts those that both ends can have; without `ids`, contents count wherever they are
   * @param precision by `direction`, vectors have no sum
   */
  constructor(parts: Iterable<ContentPart>, precision: Precision) {
    this.precision = precision;
    for (const part of parts) {
      if (part !== 'vectors' || precision !== 'direction') this.sums.set(part, 0n);
    }
  }

  add(namespace: string | undefined, record: MigratedRecord): void {
    this.records++;
    const key = this.sums.has('ids') ? keyOf(namespace, record.id) : '';
    for (const [part, sum] of this.sums) {
      this.sums.set(part, BigInt.asUintN(BITS, sum + hashOf(part, key, record, this.precision)));
    }
  }

  get checksum(): ContentChecksum {
    const texts = Array.from(this.sums, ([part, sum]) => [part, sum.toString(16).padStart(BITS / 4, '0')]);
    return { records: this.records, ...Object.fromEntries(texts) };
  }
}

/** Whether both have the same records, as far as their sums tell. */
export function isSame(one: ContentChecksum, other: ContentChecksum): boolean {
  return one.records === other.records && CONTENT_PARTS.every((part) => one[part] === other[part]);
}

/** The parts in which two records of the same id differ. */
export function differingParts(
  one: MigratedRecord,
  other: MigratedRecord,
  parts: ReadonlySet<ContentPart>,
  precision: Precision,
): Exclude<ContentPart, 'ids'>[] {
  return CONTENT_PARTS.filter((part): part is Exclude<ContentPart, 'ids'> => {
    if (part === 'ids' || !parts.has(part)) return false;
    if (part === 'vectors' && precision === 'direction') return !haveSameDirections(one, other);
    return hashOf(part, '', one, precision) !== hashOf(part, '', other, precision);
  });
}

function hashOf(part: ContentPart, key: string, record: MigratedRecord, precision: Precision): bigint {
  const hash = createHash('sha256').update(`${part}\n${Buffer.byteLength(key)}\n${key}\n`);
  switch (part) {
    case 'ids':
      break;
    case 'vectors':
      // By name, so that the order in which an end has them does not matter.
      for (const name of [...record.vectors.keys()].sort()) {
        const vector = record.vectors.get(name) ?? new Float32Array();
        hash
          .update(`${Buffer.byteLength(name)}\n${name}\n${vector.length}\n`)
          .update(canonicalBytes(vector, precision));
      }
      break;
    case 'documents':
      if (record.document !== undefined) hash.update(`=${record.document}`);
      break;
    case 'metadata':
      hash.update(canonicalJson(record.metadata));
      break;
    case 'expiries':
      if (record.expiresAt !== undefined) hash.update(`=${record.expiresAt}`);
  }
  const digest = hash.digest();
  return digest.readBigUInt64LE(0) | (digest.readBigUInt64LE(8) << 64n);
}

function canonicalBytes(vector: Float32Array, precision: Precision): Buffer {
  const bytes = Buffer.allocUnsafe(vector.length * 4);
  for (let i = 0; i < vector.length; i++) {
    const value = vector[i] ?? 0;
    // Adding zero makes zero of minus zero, and leaves all others.
    bytes.writeFloatLE((precision === 'f16' ? roundToHalf(value) : value) + 0, i * 4);
  }
  return bytes;
}

/** JSON in one form for all objects of the same content. */
function canonicalJson(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const object: JsonObject = value as JsonObject;
  const members = Object.keys(object)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(object[key] ?? null)}`);
  return `{${members.join(',')}}`;
}

/** What normalising and rounding leave of a cosine of 1. */
const COSINE_MIN = 1 - 1e-6;

function haveSameDirections(one: MigratedRecord, other: MigratedRecord): boolean {
  if (one.vectors.size !== other.vectors.size) return false;
  for (const [name, vector] of one.vectors) {
    const opposite = other.vectors.get(name);
    if (opposite?.length !== vector.length || cosine(vector, opposite) < COSINE_MIN) return false;
  }
  return true;
}

function cosine(one: Float32Array, other: Float32Array): number {
  let dot = 0;
  let norms = 0;
  let norms2 = 0;
  for (let i = 0; i < one.length; i++) {
    const [a, b] = [one[i] ?? 0, other[i] ?? 0];
    dot += a * b;
    norms += a * a;
    norms2 += b * b;
  }
  // Zeros have no direction but are the same.
  return norms === 0 && norms2 === 0 ? 1 : dot / Math.sqrt(norms * norms2);
}

/**
 * How vectors of two ends are to be compared, seen from pairs of the same records: the strictest way under which most are
 * the same. (Not all: a record may have changed in between.) Where none is, the strictest.
 */
export function precisionOf(pairs: readonly (readonly [MigratedRecord, MigratedRecord])[]): Precision {
  const only: ReadonlySet<ContentPart> = new Set(['vectors']);
  const strictest = (['f32', 'f16', 'direction'] as const).find((precision) => {
    const same = pairs.filter(([one, other]) => {
      // Vectors that differ in their last bits are mostly the same when rounded, but not all of them.
      if (precision === 'f16' && !isHalf(one) && !isHalf(other)) return false;
      return differingParts(one, other, only, precision).length === 0;
    });
    return same.length * 2 > pairs.length;
  });
  return strictest ?? 'f32';
}

/** Whether all numbers are 16-bit floats. */
function isHalf({ vectors }: MigratedRecord): boolean {
  return [...vectors.values()].every((vector) => vector.every((value) => roundToHalf(value) === value));
}
