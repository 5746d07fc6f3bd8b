import type { JsonObject, JsonValue } from 'vecino';
import { malformed } from '../faults.ts';
import type { RowFields, VectorRow } from '../vector-file.ts';

/** Which field is what, complete. */
export interface Roles {
  readonly id: string;
  readonly vector: string;
  readonly document: string;
  /** Undefined: all that have no other role. */
  readonly metadata: readonly string[] | undefined;
}

/** The field that has metadata as an object, as `export` writes it: its members count as fields. */
const METADATA_FIELD = 'metadata';

export function rolesOf({ id = 'id', vector = 'vector', document = 'document', metadata }: RowFields): Roles {
  return { id, vector, document, metadata };
}

/** Where a row is, for messages. */
export interface Place {
  readonly path: string;
  readonly row: number;
}

/** The record that a row of named values describes; null and absent are one. */
export function rowOf(fields: Readonly<Record<string, unknown>>, roles: Roles, place: Place): VectorRow {
  const id = idOf(fields[roles.id], roles.id, place);
  const vector = vectorOf(fields[roles.vector], roles.vector, place);
  const document = fields[roles.document] ?? undefined;
  if (document !== undefined && typeof document !== 'string') {
    throw wrong(place, roles.document, 'a text', document);
  }
  const metadata = metadataOf(fields, roles, place);
  return {
    ...(id !== undefined && { id }),
    ...(vector && { vector }),
    ...(document !== undefined && { document }),
    ...(Object.keys(metadata).length > 0 && { metadata }),
  };
}

/** The keys of other databases are often integers. */
function idOf(id: unknown, field: string, place: Place): string | undefined {
  if (id === undefined || id === null) return undefined;
  if (typeof id === 'string') return id;
  if (typeof id === 'bigint' || Number.isSafeInteger(id)) return String(id);
  throw wrong(place, field, 'a text or an integer', id);
}

function vectorOf(value: unknown, field: string, place: Place): Float32Array | undefined {
  if (value === undefined || value === null) return undefined;
  if (value instanceof Float32Array) return value;
  const numbers = ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : value;
  if (!Array.isArray(numbers)) throw wrong(place, field, 'a list of numbers', value);
  for (const number of numbers) {
    if (typeof number !== 'number' && typeof number !== 'bigint') {
      throw wrong(place, field, 'numbers only', number);
    }
  }
  if (numbers.length === 0) throw wrong(place, field, 'at least one number', value);
  return Float32Array.from(numbers as readonly (number | bigint)[], Number);
}

function metadataOf(fields: Readonly<Record<string, unknown>>, roles: Roles, place: Place): JsonObject {
  const taken: ReadonlySet<string> = new Set([roles.id, roles.vector, roles.document]);
  const names = roles.metadata ?? Object.keys(fields).filter((name) => !taken.has(name));
  const entries = names
    .map((name) => [name, jsonOf(fields[name], name, place)] as const)
    .filter(([, value]) => value !== undefined && value !== null) as [string, JsonValue][];
  const given = entries.find(([name]) => name === METADATA_FIELD)?.[1];
  if (roles.metadata !== undefined || !isObject(given)) return Object.fromEntries(entries);
  const beside = entries.filter(([name]) => name !== METADATA_FIELD);
  return { ...given, ...Object.fromEntries(beside) };
}

/** A value of Parquet as JSON: dates are ISO texts, integers must be exact, bytes have no JSON. */
function jsonOf(value: unknown, field: string, place: Place): JsonValue | undefined {
  if (value === undefined || value === null) return undefined;
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      if (Number.isFinite(value)) return value;
      throw wrong(place, field, 'a finite number', value, LEAVE_OUT);
    case 'bigint':
      if (Number.isSafeInteger(Number(value))) return Number(value);
      throw wrong(place, field, 'an integer below 2^53', value, 'cast the column to text, or leave it out');
    case 'object':
      return jsonOfObject(value, field, place);
    default:
      throw wrong(place, field, 'a value of JSON', value, LEAVE_OUT);
  }
}

const LEAVE_OUT = 'name the fields that become metadata without this one';

function jsonOfObject(value: object, field: string, place: Place): JsonValue {
  if (value instanceof Date) return value.toISOString();
  const within = (inner: unknown) => jsonOf(inner, field, place) ?? null;
  if (Array.isArray(value)) return value.map(within);
  if (value instanceof Uint8Array) throw wrong(place, field, 'a value of JSON', value, LEAVE_OUT);
  if (ArrayBuffer.isView(value)) return Array.from(value as Float64Array, within);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, within(inner)]));
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Names the type of what is there, never its content. */
function wrong({ path, row }: Place, field: string, expected: string, value: unknown, remedy?: string) {
  return malformed(path, {
    row,
    expected: `${expected} in "${field}"`,
    received: describe(value),
    remedy: remedy ?? 'correct the row, or name the fields by their roles',
  });
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
