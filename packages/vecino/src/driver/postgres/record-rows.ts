import type { Part } from '../../api/record.ts';
import type { RemoteRow } from '../front/backend.ts';
import { decodeVector } from './binary.ts';
import type { Row } from './connections.ts';
import { vectorColumn } from './schema.ts';
import { identifier, joined, type Sql, sql } from './sql.ts';

/** The columns that are read for the parts of an answer. */
export function columnsOf(parts: readonly Part[], fields: number): Sql {
  const columns = [sql`id`, sql`seq`];
  if (parts.includes('document')) columns.push(sql`document`);
  if (parts.includes('metadata')) columns.push(sql`metadata::text`);
  if (parts.includes('expiresAt')) columns.push(sql`expires_at`);
  if (parts.includes('vector') || parts.includes('vectors')) {
    for (let i = 0; i < fields; i++) {
      const column = identifier(vectorColumn(i));
      // The cast is for halfvec, which comes back as vectors do.
      columns.push(sql`vector_send(${column}::vector) AS ${column}`);
    }
  }
  return joined(columns, sql`, `);
}

/** What a row says of a record, as far as its columns were asked for. */
export function rowOf(row: Row, fields: number): RemoteRow {
  const { id, seq, document, metadata, expires_at: expiresAt } = row;
  const hasVectors = vectorColumn(0) in row;
  return {
    id: String(id),
    seq: Number(seq),
    ...('document' in row && { document: document as string | null }),
    ...('metadata' in row && { metadata: String(metadata) }),
    ...('expires_at' in row && { expiresAt: expiresAt === null ? null : Number(expiresAt) }),
    ...(hasVectors && {
      vectors: Array.from({ length: fields }, (_, i) => vectorOf(row[vectorColumn(i)])),
    }),
  };
}

function vectorOf(bytes: unknown): Float32Array | undefined {
  return bytes instanceof Uint8Array ? decodeVector(bytes) : undefined;
}
