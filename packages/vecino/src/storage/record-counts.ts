import { present } from '../base/assert.ts';
import type { Connection } from './connection.ts';
import { UNNAMED } from './store.ts';

const RECORDS = 'SELECT count(*) FROM records AS r WHERE r.collection = ?1';
const EXPIRED = 'SELECT count(*) FROM expiries AS e';
const EXPIRED_IN = `${EXPIRED} JOIN records AS r ON r.key = e.key`;

/**
 * How records are counted, and those of them that have expired. What belongs to no namespace is what namespaces
 * leave: two indexes by sequence number, one of them empty for most, take half the time of the index of ids.
 */
const COUNTS = {
  all: { records: RECORDS, expired: `${EXPIRED} WHERE e.collection = ?1 AND e.at <= ?2` },
  unnamed: {
    records: `SELECT (${RECORDS}) - (${RECORDS} AND r.namespace <> 0)`,
    expired: `${EXPIRED_IN} WHERE e.collection = ?1 AND e.at <= ?2 AND r.namespace = 0`,
  },
  named: {
    records: `${RECORDS} AND r.namespace = ?3 AND r.namespace <> 0`,
    expired: `${EXPIRED_IN} WHERE e.collection = ?1 AND e.at <= ?2 AND r.namespace = ?3`,
  },
} as const;

function countedOf(namespace: number | undefined): keyof typeof COUNTS {
  if (namespace === undefined) return 'all';
  return namespace === UNNAMED ? 'unnamed' : 'named';
}

/** Records of a collection, or of one of its namespaces, that have not expired by then. */
export function countRecords(
  connection: Connection,
  collection: number,
  namespace: number | undefined,
  now: number,
): number {
  const { records, expired } = COUNTS[countedOf(namespace)];
  const values = namespace === undefined || namespace === UNNAMED ? [] : [namespace];
  const row = connection.get<{ count: number }>(
    `SELECT (${records}) - (${expired}) AS count`,
    collection,
    now,
    ...values,
  );
  return present(row, 'the count of records').count;
}
