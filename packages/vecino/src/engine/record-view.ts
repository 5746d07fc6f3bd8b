import type { AnyMetadata } from '../api/metadata.ts';
import type { Part, StoredRecord } from '../api/record.ts';
import { VecinoError } from '../base/errors.ts';
import { didYouMean } from '../base/near-miss.ts';
import { describeValue } from '../base/options.ts';
import type { StoredRow } from '../storage/store.ts';

const PARTS: readonly Part[] = ['vector', 'document', 'metadata'];
const PARTS_BY_DEFAULT: readonly Part[] = ['document', 'metadata'];

/** Validates the `include` of a query. */
export function readParts(thing: string, include: unknown): readonly Part[] {
  if (include === undefined) return PARTS_BY_DEFAULT;
  if (!Array.isArray(include)) {
    throw new VecinoError(
      'OPTION_INVALID',
      `${thing}: include is ${describeValue(include)}, expected an array of ${PARTS.join(', ')}`,
      {
        details: { expected: PARTS, received: describeValue(include) },
      },
    );
  }
  for (const part of include) {
    if (PARTS.includes(part)) continue;
    const named = typeof part === 'string' ? `"${part}"` : describeValue(part);
    const hint = typeof part === 'string' ? didYouMean(part, PARTS) : '';
    throw new VecinoError(
      'OPTION_INVALID',
      `${thing}: include has ${named}, expected ${PARTS.join(', ')}${hint}`,
      {
        details: { expected: PARTS, received: part },
      },
    );
  }
  return include as Part[];
}

/** The parts of a stored row that an answer carries: absent where there is nothing to tell. */
export function partsOf(row: StoredRow): Pick<StoredRecord<AnyMetadata>, 'vector' | 'document' | 'metadata'> {
  return {
    ...(row.document !== undefined && row.document !== null && { document: row.document }),
    ...(row.metadata !== undefined && { metadata: JSON.parse(row.metadata) as AnyMetadata }),
    ...(row.vector !== undefined && { vector: row.vector }),
  };
}

export function recordOf(row: StoredRow): StoredRecord<AnyMetadata> {
  return { id: row.id, seq: row.seq, ...partsOf(row) };
}
