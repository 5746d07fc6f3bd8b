import type { JsonObject } from '../api/metadata.ts';

/** The name under which a vector without a name stands in {@link MigratedRecord.vectors}. */
export const NAMELESS = '';

/** A record on its way from one end to the other, the same whatever the ends are. */
export interface MigratedRecord {
  readonly id: string;
  /** By name; one without a name is {@link NAMELESS}. */
  readonly vectors: ReadonlyMap<string, Float32Array>;
  readonly document: string | undefined;
  readonly metadata: JsonObject;
  /** Milliseconds since 1970. */
  readonly expiresAt: number | undefined;
}

/** Where reading goes on; what is in it the source alone knows. Plain data, for the journal keeps it. */
export type Position = JsonObject;

/** Records of one namespace that were read together. */
export interface Page {
  /** Undefined outside of all. */
  readonly namespace: string | undefined;
  readonly records: readonly MigratedRecord[];
  /** Behind these records. */
  readonly position: Position;
}

/** A record among those of all namespaces. */
export function keyOf(namespace: string | undefined, id: string): string {
  return JSON.stringify([namespace ?? null, id]);
}

/** About as many bytes as the record takes in memory. */
export function bytesOf({ id, vectors, document = '', metadata }: MigratedRecord): number {
  let bytes = 2 * (id.length + document.length) + 2 * JSON.stringify(metadata).length;
  for (const vector of vectors.values()) bytes += vector.byteLength;
  return bytes;
}

/** The record with one of its vectors alone, without a name; undefined where it lacks that one. */
export function withVector(record: MigratedRecord, field: string): MigratedRecord | undefined {
  const vector = record.vectors.get(field);
  return vector && { ...record, vectors: new Map([[NAMELESS, vector]]) };
}
