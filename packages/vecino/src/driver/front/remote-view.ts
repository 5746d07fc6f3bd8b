import type { AnyMetadata } from '../../api/metadata.ts';
import type { Part, StoredRecord } from '../../api/record.ts';
import type { Hit } from '../../api/search.ts';
import type { RemoteRow } from './backend.ts';
import type { RemoteState } from './remote-state.ts';

/** The parts of a row that an answer carries: absent where there is nothing to tell. */
function partsOf({ fields, hasNames }: RemoteState, row: RemoteRow): Pick<StoredRecord<AnyMetadata>, Part> {
  const { vectors } = row;
  const only = hasNames ? undefined : vectors?.[0];
  const named = fields.flatMap(({ name = '' }, i) => {
    const vector = vectors?.[i];
    return vector ? [[name, vector] as const] : [];
  });
  return {
    ...(row.document !== undefined && row.document !== null && { document: row.document }),
    ...(row.metadata !== undefined && { metadata: JSON.parse(row.metadata) as AnyMetadata }),
    ...(only && { vector: only }),
    ...(hasNames && vectors && { vectors: Object.fromEntries(named) }),
    ...(row.expiresAt !== undefined && row.expiresAt !== null && { expiresAt: new Date(row.expiresAt) }),
  };
}

export function recordOf(state: RemoteState, row: RemoteRow): StoredRecord<AnyMetadata> {
  return { id: row.id, seq: row.seq, ...partsOf(state, row) };
}

export function hitOf(
  state: RemoteState,
  row: RemoteRow,
  score: number,
  scores: Hit['scores'],
  parts: readonly Part[],
): Hit<AnyMetadata> {
  return { id: row.id, score, ...(scores && { scores }), ...partsOf(state, shownOf(row, parts)) };
}

/** A row with those parts only that an answer carries, where more were needed to find it. */
function shownOf(row: RemoteRow, parts: readonly Part[]): RemoteRow {
  const isHidden = (part: Part, given: unknown) => given !== undefined && !parts.includes(part);
  const { vectors, document, metadata, ...rest } = row;
  const hidesVectors = vectors !== undefined && !parts.includes('vector') && !parts.includes('vectors');
  if (!hidesVectors && !isHidden('document', document) && !isHidden('metadata', metadata)) return row;
  return {
    ...rest,
    ...(vectors && !hidesVectors && { vectors }),
    ...(document !== undefined && parts.includes('document') && { document }),
    ...(metadata !== undefined && parts.includes('metadata') && { metadata }),
  };
}
