import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import type { JsonObject, JsonValue } from '../api/metadata.ts';
import { VecinoError } from '../base/errors.ts';
import { jsonText } from '../base/json-text.ts';
import { describeValue } from '../base/options.ts';
import { EXPIRY_FIELD, NAMESPACE_FIELD } from './file-format.ts';
import { type MigratedRecord, NAMELESS } from './record.ts';

/** A bound on the memory that a file without line breaks takes. */
const LINE_BYTES_MAX = 64 << 20;
const CHUNK_BYTES = 1 << 20;
const NEWLINE = 10;

/** A record of a line, and where the next line begins. */
export interface LineRecord {
  readonly namespace: string | undefined;
  readonly record: MigratedRecord;
  readonly endByte: number;
  /** From 0, empty lines not counted. */
  readonly row: number;
}

/** Where reading begins, and the number of the first record there. */
export interface LineStart {
  readonly byte: number;
  readonly row: number;
}

/** The records of a file of JSON lines, as `vecino export` writes them; other fields become metadata. */
export async function* readJsonLines(
  file: string,
  { byte, row: first }: LineStart,
): AsyncGenerator<LineRecord> {
  let row = first;
  for await (const { bytes, endByte } of linesOf(file, byte)) {
    const text = textOf(bytes);
    if (text !== undefined && text.trim() === '') continue;
    const object = text === undefined ? undefined : objectOf(text);
    if (object === undefined) throw malformed(file, row, 'a JSON object', 'something else');
    yield { ...recordOf(object, file, row), endByte, row };
    row++;
  }
}

/** The line that reads as this record. */
export function jsonLine(namespace: string | undefined, record: MigratedRecord, hasNames: boolean): string {
  const { id, document, metadata, vectors, expiresAt } = record;
  return `${jsonText({
    [NAMESPACE_FIELD]: namespace,
    [EXPIRY_FIELD]: expiresAt === undefined ? undefined : new Date(expiresAt).toISOString(),
    id,
    document,
    metadata,
    vector: hasNames ? undefined : vectors.get(NAMELESS),
    vectors: hasNames ? Object.fromEntries(vectors) : undefined,
  })}\n`;
}

async function* linesOf(
  file: string,
  start: number,
): AsyncGenerator<{ readonly bytes: Buffer; readonly endByte: number }> {
  let parts: Buffer[] = [];
  let length = 0;
  let at = start;
  for await (const chunk of createReadStream(file, { start, highWaterMark: CHUNK_BYTES })) {
    const bytes = chunk as Buffer;
    let from = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, from)) {
      parts.push(bytes.subarray(from, end));
      from = end + 1;
      yield { bytes: Buffer.concat(parts), endByte: at + from };
      parts = [];
      length = 0;
    }
    parts.push(bytes.subarray(from));
    length += bytes.length - from;
    at += bytes.length;
    if (length > LINE_BYTES_MAX) {
      throw malformed(file, undefined, `the end of a line within ${LINE_BYTES_MAX} bytes`, 'none');
    }
  }
  if (length > 0) yield { bytes: Buffer.concat(parts), endByte: at };
}

function textOf(bytes: Buffer): string | undefined {
  return isUtf8(bytes) ? bytes.toString('utf8').replace(/^\ufeff/, '') : undefined;
}

function objectOf(text: string): JsonObject | undefined {
  try {
    const value = JSON.parse(text) as JsonValue;
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Fields that are more than metadata. */
const ROLES: ReadonlySet<string> = new Set([
  NAMESPACE_FIELD,
  EXPIRY_FIELD,
  'id',
  'document',
  'vector',
  'vectors',
]);

function recordOf(fields: JsonObject, file: string, row: number): Omit<LineRecord, 'endByte' | 'row'> {
  const wrong = (name: string, expected: string) =>
    malformed(file, row, `${expected} in "${name}"`, describeValue(fields[name]));
  const text = (name: string): string | undefined => {
    const value = fields[name] ?? undefined;
    if (value === undefined || typeof value === 'string') return value;
    throw wrong(name, 'a text');
  };
  const { id = null, vector = null, vectors = null } = fields;
  const isKey = id === null || typeof id === 'string' || Number.isSafeInteger(id);
  if (!isKey) throw wrong('id', 'a text or an integer');
  if (vectors !== null && !isObject(vectors)) throw wrong('vectors', 'vectors by name');
  const given = [...(vector === null ? [] : [[NAMELESS, vector] as const]), ...Object.entries(vectors ?? {})];
  const floats = given
    .filter(([, one]) => one !== null)
    .map(
      ([name, one]) => [name, floatsOf(one, () => wrong(name || 'vector', 'an array of numbers'))] as const,
    );
  const expiry = text(EXPIRY_FIELD);
  const expiresAt = expiry === undefined ? undefined : Date.parse(expiry);
  if (Number.isNaN(expiresAt)) throw wrong(EXPIRY_FIELD, 'an ISO 8601 text');
  return {
    namespace: text(NAMESPACE_FIELD) || undefined,
    record: {
      id: String(id ?? row),
      vectors: new Map(floats),
      document: text('document'),
      metadata: metadataOf(fields),
      expiresAt,
    },
  };
}

/** The object in the field of that name, and all fields without a role. */
function metadataOf(fields: JsonObject): JsonObject {
  const { metadata } = fields;
  const others = Object.entries(fields).filter(([name]) => !ROLES.has(name));
  if (!isObject(metadata)) return Object.fromEntries(others);
  return { ...metadata, ...Object.fromEntries(others.filter(([name]) => name !== 'metadata')) };
}

function floatsOf(value: JsonValue | undefined, wrong: () => VecinoError): Float32Array {
  if (!Array.isArray(value) || value.some((number) => typeof number !== 'number')) throw wrong();
  return Float32Array.from(value as number[]);
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function malformed(file: string, row: number | undefined, expected: string, received: string): VecinoError {
  const where = row === undefined ? file : `${file}: record ${row + 1}`;
  return new VecinoError(
    'INPUT_MALFORMED',
    `${where}: expected ${expected}, received ${received}; correct the line, or bring the file in with vecino import, which can pass over such lines`,
    { details: { file, ...(row !== undefined && { row }), expected, received } },
  );
}
