import type { AnyMetadata } from '../api/metadata.ts';
import type { Part, StoredRecord } from '../api/record.ts';
import { VecinoError } from '../base/errors.ts';
import { didYouMean } from '../base/near-miss.ts';
import { describeValue, quoted } from '../base/options.ts';
import { TimeSlice } from '../base/time-slice.ts';
import type { StoredRow } from '../storage/store.ts';
import type { CollectionShape } from './collection-shape.ts';
import type { CollectionState } from './collection-state.ts';
import type { VectorField } from './vector-field.ts';

/** Records read in one go, so that long lists of ids leave the event loop free. */
const ROWS = 500;

const OTHER_PARTS: readonly Part[] = ['document', 'metadata', 'expiresAt'];
const PARTS_BY_DEFAULT: readonly Part[] = ['document', 'metadata'];

/** Validates the `include` of a query. */
export function readParts(state: CollectionShape, thing: string, include: unknown): readonly Part[] {
  const parts = [state.vectorPart, ...OTHER_PARTS];
  if (include === undefined) return PARTS_BY_DEFAULT;
  if (!Array.isArray(include)) {
    throw new VecinoError(
      'OPTION_INVALID',
      `${thing}: include is ${describeValue(include)}, expected an array of ${parts.join(', ')}`,
      { details: { option: 'include', expected: parts, received: describeValue(include) } },
    );
  }
  for (const part of include) {
    if (parts.includes(part)) continue;
    const received = typeof part === 'string' ? quoted(part) : describeValue(part);
    const hint = typeof part === 'string' ? didYouMean(part, parts) : '';
    throw new VecinoError(
      'OPTION_INVALID',
      `${thing}: include has ${received}, expected ${parts.join(', ')}${hint}`,
      { details: { option: 'include', expected: parts, received } },
    );
  }
  return include as Part[];
}

/** The parts of a stored row that an answer carries: absent where there is nothing to tell. */
export function partsOf({ fields }: CollectionState, row: StoredRow): Pick<StoredRecord<AnyMetadata>, Part> {
  return {
    ...(row.document !== undefined && row.document !== null && { document: row.document }),
    ...(row.metadata !== undefined && { metadata: JSON.parse(row.metadata) as AnyMetadata }),
    ...(row.vector !== undefined && { vector: row.vector }),
    ...(row.vectors !== undefined && { vectors: namedVectors(fields, row) }),
    ...(row.expiresAt !== undefined && row.expiresAt !== null && { expiresAt: new Date(row.expiresAt) }),
  };
}

/** The vectors that a record has, by name, in the order of the fields. */
function namedVectors(fields: readonly VectorField[], row: StoredRow): Record<string, Float32Array> {
  const named = fields.flatMap((field) => {
    const vector = field.of(row);
    return vector && field.name !== undefined ? [[field.name, vector] as const] : [];
  });
  return Object.fromEntries(named);
}

export function recordOf(state: CollectionState, row: StoredRow): StoredRecord<AnyMetadata> {
  return { id: row.id, seq: row.seq, ...partsOf(state, row) };
}

/** Records in the order of the ids, undefined where there is none. */
export async function getRecords(
  state: CollectionState,
  ids: readonly string[],
  parts: readonly Part[],
): Promise<(StoredRecord<AnyMetadata> | undefined)[]> {
  const records: (StoredRecord<AnyMetadata> | undefined)[] = [];
  const slice = new TimeSlice();
  for (let from = 0; from < ids.length; from += ROWS) {
    const rows = state.store.reader.rowsOfIds(
      state.id,
      state.namespace,
      ids.slice(from, from + ROWS),
      parts,
      state.expiry.now(),
    );
    for (const row of rows) records.push(row && recordOf(state, row));
    await slice.pause();
  }
  return records;
}
