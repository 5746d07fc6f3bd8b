import { endianness } from 'node:os';
import { assert } from '../base/assert.ts';

/**
 * Vectors lie in the store as little-endian f32. Typed arrays have the machine's byte order, and so does the
 * memory that the index shares with us; on a big-endian machine both would be wrong, silently. No platform
 * that Node is built for today, except s390x and AIX, is big-endian: we refuse there.
 */
export function requireLittleEndian(): void {
  assert(endianness() === 'LE', 'vectors are stored little-endian, and this machine is big-endian');
}

/** The stored blob as floats, without copying where it lies on a multiple of four bytes. */
export function vectorOfBytes(bytes: Uint8Array): Float32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Float32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4);
}

/** The bytes of one row of a matrix, a view of the same memory. */
export function bytesOfRow(vectors: Float32Array, row: number, dimension: number): Uint8Array {
  return new Uint8Array(vectors.buffer, vectors.byteOffset + row * dimension * 4, dimension * 4);
}
