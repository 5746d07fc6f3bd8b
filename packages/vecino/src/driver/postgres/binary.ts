/*
 * Values in PostgreSQL's binary format, in which the client sends buffers: floats need not become decimals and be read
 * again. All numbers are big-endian.
 *
 *   vector   dimension (int16) | 0 (int16) | floats                                      pgvector's vector_send
 *   array    dimensions (int32) | has nulls (int32) | type | length | 1 (int32) | elements   array_send
 *   element  bytes (int32), -1 for null | value
 */

/** Types of elements that are the same in every server. */
const TEXT_OID = 25;
const BIGINT_OID = 20;

const VECTOR_HEAD = 4;
const ARRAY_HEAD = 20;
const LENGTH_BYTES = 4;
const FLOAT_BYTES = 4;

export function encodeVector(vector: Float32Array): Buffer {
  const bytes = Buffer.allocUnsafe(vectorBytes(vector));
  writeVector(bytes, 0, vector);
  return bytes;
}

/** Reads what `vector_send` has made. */
export function decodeVector(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const vector = new Float32Array((bytes.byteLength - VECTOR_HEAD) / FLOAT_BYTES);
  for (let i = 0; i < vector.length; i++) vector[i] = view.getFloat32(VECTOR_HEAD + i * FLOAT_BYTES);
  return vector;
}

/** @param oid of the type `vector`, which each database has given anew */
export function encodeVectors(vectors: readonly (Float32Array | undefined)[], oid: number): Buffer {
  return encodeArray(
    oid,
    vectors.map((vector) => (vector ? vectorBytes(vector) : undefined)),
    (bytes, at, i) => writeVector(bytes, at, vectors[i] as Float32Array),
  );
}

export function encodeTexts(texts: readonly (string | null)[]): Buffer {
  return encodeArray(
    TEXT_OID,
    texts.map((text) => (text === null ? undefined : Buffer.byteLength(text))),
    (bytes, at, i) => bytes.write(texts[i] ?? '', at, 'utf8'),
  );
}

export function encodeBigints(numbers: readonly (number | null)[]): Buffer {
  return encodeArray(
    BIGINT_OID,
    numbers.map((number) => (number === null ? undefined : BigInt64Array.BYTES_PER_ELEMENT)),
    (bytes, at, i) => bytes.writeBigInt64BE(BigInt(numbers[i] ?? 0), at),
  );
}

/** @param lengths in bytes, undefined for null */
function encodeArray(
  oid: number,
  lengths: readonly (number | undefined)[],
  write: (bytes: Buffer, at: number, element: number) => void,
): Buffer {
  const content = lengths.reduce<number>((sum, length = 0) => sum + LENGTH_BYTES + length, 0);
  const bytes = Buffer.allocUnsafe(ARRAY_HEAD + content);
  bytes.writeInt32BE(1, 0);
  bytes.writeInt32BE(lengths.includes(undefined) ? 1 : 0, 4);
  bytes.writeUInt32BE(oid, 8);
  bytes.writeInt32BE(lengths.length, 12);
  bytes.writeInt32BE(1, 16);
  let at = ARRAY_HEAD;
  for (const [i, length] of lengths.entries()) {
    at = bytes.writeInt32BE(length ?? -1, at);
    if (length === undefined) continue;
    write(bytes, at, i);
    at += length;
  }
  return bytes;
}

function vectorBytes({ length }: Float32Array): number {
  return VECTOR_HEAD + length * FLOAT_BYTES;
}

function writeVector(bytes: Buffer, at: number, vector: Float32Array): void {
  bytes.writeInt16BE(vector.length, at);
  bytes.writeInt16BE(0, at + 2);
  const view = new DataView(bytes.buffer, bytes.byteOffset + at + VECTOR_HEAD);
  for (let i = 0; i < vector.length; i++) view.setFloat32(i * FLOAT_BYTES, vector[i] ?? 0);
}
