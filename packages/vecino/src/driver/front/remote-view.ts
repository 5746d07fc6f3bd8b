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
): Hit<AnyMetadata> {
  return { id: row.id, score, ...(scores && { scores }), ...partsOf(state, row) };
}
