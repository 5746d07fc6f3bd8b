import type { Part } from '../../api/record.ts';
import type { RemoteRow } from '../front/backend.ts';
import type { ShardKeys } from './keys.ts';

/** Sums of squares that a float can have; VADD and VSIM normalise in floats. */
const [SQUARES_MIN, SQUARES_MAX] = [1e-30, 1e30];

/** Records read from a shard, and where the next page begins. */
export interface Page {
  /** In the order of the answer; undefined where there is none, or it has expired. */
  readonly rows: readonly (RemoteRow | undefined)[];
  /** The last id that was met and its change, whether or not it has expired. */
  readonly last: { readonly id: string; readonly seq: number } | undefined;
}

/** The hashes that have the parts of an answer, in an order that {@link pageOf} knows. */
export function hashesOf({ documents, metadata, vectors }: ShardKeys, parts: readonly Part[]): string[] {
  const { hasDocument, hasMetadata, hasVectors } = wanted(parts);
  return [
    ...(hasDocument ? [documents] : []),
    ...(hasMetadata ? [metadata] : []),
    ...(hasVectors ? vectors : []),
  ];
}

/** What the script READ answers. */
export function pageOf(answer: unknown, parts: readonly Part[], now: number): Page {
  const [ids = [], seqs = [], expiries = [], ...columns] = answer as readonly (readonly (Buffer | null)[])[];
  const rows = ids.map((id, i): RemoteRow | undefined => {
    const [seq, bytes] = [seqs[i], expiries[i]];
    const expiry = bytes ? numberOf(bytes) : null;
    if (!id || !seq || (expiry !== null && expiry <= now)) return undefined;
    return { id: textOf(id), seq: numberOf(seq), ...partsAt(columns, i, parts, expiry) };
  });
  const [id, seq] = [ids.at(-1), seqs.at(-1)];
  return { rows, last: id && seq ? { id: textOf(id), seq: numberOf(seq) } : undefined };
}

const EMPTY = Buffer.from('{}');

/** The parts of one record, of columns that are in the order of {@link hashesOf}. */
export function partsAt(
  columns: readonly (readonly (Buffer | null)[])[],
  i: number,
  parts: readonly Part[],
  expiry: number | null,
): Omit<RemoteRow, 'id' | 'seq'> {
  const { hasDocument, hasMetadata, hasVectors } = wanted(parts);
  const next = columns.values();
  const text = hasDocument ? next.next().value?.[i] : undefined;
  const metadata = hasMetadata ? next.next().value?.[i] : undefined;
  return {
    ...(hasDocument && { document: text ? textOf(text) : null }),
    ...(hasMetadata && { metadata: textOf(metadata ?? EMPTY) }),
    ...(parts.includes('expiresAt') && { expiresAt: expiry }),
    ...(hasVectors && { vectors: Array.from(next, (column) => vectorOf(column[i])) }),
  };
}

function wanted(parts: readonly Part[]) {
  return {
    hasDocument: parts.includes('document'),
    hasMetadata: parts.includes('metadata'),
    hasVectors: parts.includes('vector') || parts.includes('vectors'),
  };
}

export function textOf(bytes: Buffer): string {
  return bytes.toString('utf8');
}

export function numberOf(bytes: Buffer): number {
  return Number(bytes.toString('latin1'));
}

/** The memory of the vector itself, not a copy. All platforms of Node have the order of bytes that Redis expects. */
export function bytesOf(vector: Float32Array): Buffer {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
}

function vectorOf(bytes: Buffer | null | undefined): Float32Array | undefined {
  // Floats must lie at multiples of four, and an answer lies anywhere.
  return bytes ? new Float32Array(Uint8Array.from(bytes).buffer) : undefined;
}

/** A vector of the same direction whose length Redis can compute: the vector itself, but for the very long and short. */
export function directionOf(vector: Float32Array): Float32Array {
  let squares = 0;
  for (const x of vector) squares += x * x;
  if (squares > SQUARES_MIN && squares < SQUARES_MAX) return vector;
  // Divided first: the squares of the smallest numbers are zero even in doubles.
  let longest = 0;
  for (const x of vector) longest = Math.max(longest, Math.abs(x));
  return vector.map((x) => x / longest);
}
