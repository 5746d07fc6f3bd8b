import { createHash } from 'node:crypto';
import type { JsonObject } from '../../api/metadata.ts';
import type { Part } from '../../api/record.ts';
import { VecinoError } from '../../base/errors.ts';
import { quoted } from '../../base/options.ts';
import type { RecordBatch } from '../../engine/read-records.ts';
import type { RemoteRow } from '../front/backend.ts';
import { unsupported } from '../front/unsupported.ts';
import type { FetchedRecord, PineconeRecord } from './client.ts';
import { ENGINE } from './engine.ts';
import { DOCUMENT, EXPIRES_AT, type Fields, fieldsOf, ID, metadataOf, SEQ } from './metadata-form.ts';

/** Metadata of a record, in bytes of JSON: "Metadata size limits" of Pinecone's documentation. */
export const METADATA_BYTES_MAX = 40_960;

const DIGESTED = 'vecino:';

/** A record's id in Pinecone: its own where that is of printable ASCII without spaces, and otherwise a digest of it. */
export function pineconeIdOf(id: string): string {
  if (/^[\x21-\x7e]+$/.test(id) && !id.startsWith(DIGESTED)) return id;
  return `${DIGESTED}${createHash('sha256').update(id).digest('base64url')}`;
}

/** The records of a batch as Pinecone takes them. Refuses what it cannot keep, so that nothing is written then. */
export function pineconeRecordsOf(
  where: string,
  batch: RecordBatch,
  seqs: readonly number[],
): PineconeRecord[] {
  return batch.ids.map((id, i) => {
    const thing = `${where}: record ${quoted(id)}`;
    const pineconeId = pineconeIdOf(id);
    const document = batch.documents[i] ?? null;
    const expiresAt = batch.expiries[i] ?? null;
    const metadata: Fields = {
      ...fieldsOf(JSON.parse(batch.metadata[i] ?? '{}') as JsonObject),
      [SEQ]: seqs[i] ?? 0,
      ...(pineconeId !== id && { [ID]: id }),
      ...(document !== null && { [DOCUMENT]: document }),
      ...(expiresAt !== null && { [EXPIRES_AT]: expiresAt }),
    };
    requireFits(thing, metadata, document ?? '');
    const vector = batch.vectors[i]?.[0] ?? new Float32Array();
    if (vector.every((one) => one === 0)) {
      throw unsupported(thing, ENGINE, 'vectors of zeros only', 'leave the record out, or keep it elsewhere');
    }
    return { id: pineconeId, values: shortened(vector), metadata };
  });
}

/** What a record says, as far as it was asked for. */
export function rowOf({ id, values, metadata = {} }: FetchedRecord, parts: readonly Part[]): RemoteRow {
  const own = metadata[ID];
  return {
    id: typeof own === 'string' ? own : id,
    seq: Number(metadata[SEQ] ?? 0),
    ...(parts.includes('document') && { document: textOf(metadata[DOCUMENT]) }),
    ...(parts.includes('metadata') && { metadata: JSON.stringify(metadataOf(metadata)) }),
    ...(parts.includes('expiresAt') && { expiresAt: expiryOf(metadata) }),
    ...(hasVectors(parts) && { vectors: [values && Float32Array.from(values)] }),
  };
}

export function hasVectors(parts: readonly Part[]): boolean {
  return parts.includes('vector') || parts.includes('vectors');
}

export function isAlive({ metadata = {} }: FetchedRecord, now: number): boolean {
  const expiresAt = expiryOf(metadata);
  return expiresAt === null || expiresAt > now;
}

function expiryOf(metadata: Fields): number | null {
  const expiresAt = metadata[EXPIRES_AT];
  return typeof expiresAt === 'number' ? expiresAt : null;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** Nine digits are enough for each float to be read again as the same, and half as long as what JSON makes of it. */
function shortened(vector: Float32Array): number[] {
  return Array.from(vector, (value) => Number(value.toPrecision(9)));
}

function requireFits(thing: string, metadata: Fields, document: string): void {
  const bytes = Buffer.byteLength(JSON.stringify(metadata));
  if (bytes <= METADATA_BYTES_MAX) return;
  const documentBytes = Buffer.byteLength(document);
  const isDocument = documentBytes > bytes / 2;
  const remedy = isDocument
    ? 'split the document into passages, or keep it elsewhere'
    : 'keep fewer or shorter metadata, and the rest elsewhere';
  throw new VecinoError(
    isDocument ? 'DOCUMENT_TOO_LARGE' : 'METADATA_TOO_LARGE',
    `${thing}: document and metadata take ${bytes} bytes (the document ${documentBytes}), expected at most ${METADATA_BYTES_MAX}, which is all that ${ENGINE} keeps of a record; ${remedy}`,
    { details: { expected: METADATA_BYTES_MAX, received: bytes } },
  );
}
