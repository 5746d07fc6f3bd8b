import type { JsonObject } from '../../api/metadata.ts';
import type { Part } from '../../api/record.ts';
import { present } from '../../base/assert.ts';
import type { RecordBatch } from '../../engine/read-records.ts';
import type { RemoteRow } from '../front/backend.ts';
import type { ChromaMetadata, ChromaRecords, Include, Scalar } from './client.ts';
import { flatMetadata } from './flat-metadata.ts';

/*
 * A record in Chroma: its id, its vector and its document where Chroma has them, and in its metadata
 *
 *   vecino:seq       the number of its latest change
 *   vecino:metadata  its metadata as JSON, which are what counts
 *   vecino:document  whether it has one, for Chroma cannot take one away
 *   vecino:expires   milliseconds since 1970; missing where it stays
 *   <path>           what of the metadata filters can ask for, once more
 */

export const SEQ = 'vecino:seq';
export const EXPIRES = 'vecino:expires';
const METADATA = 'vecino:metadata';
const DOCUMENT = 'vecino:document';

/** The metadata of a record of a batch, which take the place of others as a whole. */
export function metadataOf(
  batch: RecordBatch,
  place: number,
  seq: number,
  old: ChromaMetadata | undefined,
): ChromaMetadata {
  const json = present(batch.metadata[place], 'the metadata of a record');
  const expires = batch.expiries[place] ?? null;
  const own: [string, Scalar | null][] = [
    [SEQ, seq],
    [METADATA, json],
    [DOCUMENT, batch.documents[place] !== null],
    ...(expires === null ? [] : [[EXPIRES, expires] as [string, number]]),
    ...flatMetadata(JSON.parse(json) as JsonObject),
  ];
  const names = new Set(own.map(([name]) => name));
  // Chroma merges metadata: what is not to stay has to be named.
  const gone = Object.keys(old ?? {}).flatMap((name) => (names.has(name) ? [] : [[name, null] as const]));
  // From entries, because a key may be `__proto__`.
  return Object.fromEntries([...own, ...gone]);
}

/** What has to be read for the parts of an answer. Metadata always: they say which records have expired. */
export function includeOf(parts: readonly Part[]): Include[] {
  const include: Include[] = ['metadatas'];
  if (parts.includes('document')) include.push('documents');
  if (parts.includes('vector') || parts.includes('vectors')) include.push('embeddings');
  return include;
}

/** A record as Chroma has answered it. */
export interface ChromaRow {
  readonly id: string;
  readonly metadata: ChromaMetadata;
  readonly document: string | null | undefined;
  readonly embedding: readonly number[] | null | undefined;
}

export function chromaRows({ ids, metadatas, documents, embeddings }: ChromaRecords): ChromaRow[] {
  return ids.map((id, i) => ({
    id,
    metadata: metadatas[i] ?? {},
    document: documents[i],
    embedding: embeddings[i],
  }));
}

export function seqOf({ metadata }: ChromaRow): number {
  return Number(metadata[SEQ] ?? 0);
}

/** JSON text. Whoever has written past us has left none. */
export function jsonOf({ metadata }: ChromaRow): string {
  const json = metadata[METADATA];
  if (typeof json === 'string') return json;
  return JSON.stringify(
    Object.fromEntries(Object.entries(metadata).filter(([name]) => !name.startsWith('vecino:'))),
  );
}

export function isAlive({ metadata }: ChromaRow, now: number): boolean {
  const expires = metadata[EXPIRES];
  return typeof expires !== 'number' || expires > now;
}

/** What a record of Chroma says of a record, as far as its parts were asked for. */
export function rowOf(row: ChromaRow, parts: readonly Part[]): RemoteRow {
  const { id, metadata, document, embedding } = row;
  const expires = metadata[EXPIRES];
  return {
    id,
    seq: seqOf(row),
    ...(parts.includes('document') && { document: metadata[DOCUMENT] === false ? null : (document ?? null) }),
    ...(parts.includes('metadata') && { metadata: jsonOf(row) }),
    ...(parts.includes('expiresAt') && { expiresAt: typeof expires === 'number' ? expires : null }),
    ...(embedding && { vectors: [Float32Array.from(embedding)] }),
  };
}
