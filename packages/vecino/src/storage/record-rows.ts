import { slotOfKey } from './record-key.ts';
import type { StoredRow } from './store.ts';
import { vectorOfBytes } from './vector-bytes.ts';

/** A record as SQLite answers it: parts that were not asked for are absent, and texts may have come as bytes. */
export interface RecordRow {
  readonly key: number;
  readonly id: string | Uint8Array;
  readonly namespace: number;
  readonly seq: number;
  readonly vector?: Uint8Array;
  readonly document?: string | Uint8Array | null;
  readonly metadata?: string;
  readonly expires_at?: number | null;
}

export function recordOfRow(row: RecordRow): StoredRow {
  const record: { -readonly [Field in keyof StoredRow]: StoredRow[Field] } = {
    slot: slotOfKey(row.key),
    id: wholeText(row.id),
    namespace: row.namespace,
    seq: row.seq,
  };
  if (row.vector !== undefined) record.vector = vectorOfBytes(row.vector);
  if (row.document !== undefined) record.document = row.document === null ? null : wholeText(row.document);
  if (row.metadata !== undefined) record.metadata = row.metadata;
  if (row.expires_at !== undefined) record.expiresAt = row.expires_at;
  return record;
}

/** A text that was read as such, or as bytes. */
export function wholeText(text: string | Uint8Array): string {
  if (typeof text === 'string') return text;
  return Buffer.from(text.buffer, text.byteOffset, text.byteLength).toString('utf8');
}
