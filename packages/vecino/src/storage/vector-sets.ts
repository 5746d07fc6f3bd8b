import { assert, present } from '../base/assert.ts';
import { VecinoError } from '../base/errors.ts';
import type { Connection } from './connection.ts';
import { keyEnd, recordKey, slotOfKey } from './record-key.ts';
import { type LackingQuestion, UNNAMED_FIELD } from './store.ts';
import { bytesOfRow, vectorOfBytes } from './vector-bytes.ts';
import {
  FIRST_SET,
  type SetVectors,
  type StoredVectorSet,
  type VectorSetChange,
  type VectorSetTarget,
} from './vector-set-changes.ts';

/*
 * A field's vectors are exchanged for those of another model set by set. The set that counts is named by the
 * collection, or by its field; beside it lie, in `vector_sets`, one that is being made, and those that nobody needs any
 * more. So an exchange is a change of a number, however many vectors there are, and what was made before a crash is
 * there after it.
 */

/** Vectors that a transaction removes: about as many pages, and some ten milliseconds. */
const CLEARED_AT_ONCE = 2_000;

/** Runs a step within a transaction. */
export function changeVectorSets(connection: Connection, change: VectorSetChange): number {
  const { collection } = change;
  switch (change.kind) {
    case 'begin':
      return begin(connection, collection, change.field, change.target);
    case 'leave':
      return leave(connection, collection, change.set);
    case 'put':
      return put(connection, collection, change);
    case 'use':
      return use(connection, collection, change);
    case 'clear':
      return clear(connection, collection, change.set, change.fromSlot);
  }
}

/** The sets of a collection that do not count. */
export function vectorSets(connection: Connection, collection: number): StoredVectorSet[] {
  const rows = connection.all<{ number: number; field: number; target: string | null }>(
    'SELECT number, field, target FROM vector_sets WHERE collection = ? ORDER BY number',
    collection,
  );
  return rows.map(({ number, field, target }) => ({
    number,
    field,
    target: target === null ? null : (JSON.parse(target) as VectorSetTarget),
  }));
}

/** The vector of a record in a set. */
export function vectorOfSet(connection: Connection, set: number, key: number): Float32Array | undefined {
  const sql =
    set === FIRST_SET
      ? 'SELECT vector FROM vectors WHERE key = ?'
      : 'SELECT vector FROM named_vectors WHERE record = ? AND field = ?';
  const row = connection.get<{ vector: Uint8Array }>(sql, ...(set === FIRST_SET ? [key] : [key, set]));
  return row && vectorOfBytes(row.vector);
}

/** Stores the vector of a record that was just put. */
export function insertVector(connection: Connection, set: number, key: number, vector: Uint8Array): void {
  if (set === FIRST_SET) connection.run('INSERT INTO vectors (key, vector) VALUES (?, ?)', key, vector);
  else connection.run('INSERT INTO named_vectors (record, field, vector) VALUES (?, ?, ?)', key, set, vector);
}

/** Takes the vectors of a record whose text may have changed out of the sets that are being made. */
export function forgetUnfinished(connection: Connection, collection: number, key: number): void {
  connection.run(
    `DELETE FROM named_vectors WHERE record = ? AND field IN
     (SELECT number FROM vector_sets WHERE collection = ? AND target IS NOT NULL)`,
    key,
    collection,
  );
}

/** The set of the vectors without a name that counts. */
export function presentSet(connection: Connection, collection: number): number {
  const sql = 'SELECT vector_set AS number FROM collections WHERE id = ?';
  return connection.get<{ number: number }>(sql, collection)?.number ?? FIRST_SET;
}

/** A window of a collection's records by their latest change, and what of it has a vector in one set and none in another. */
export interface LackingWindow {
  /** The last change of the window; undefined where it is empty. */
  readonly last: number | undefined;
  /** The records that lack the vector, as a condition on the table of records `r`. */
  readonly condition: string;
}

/** Finds the next records after a change, and which of them are asked for. */
export function lackingWindow(
  connection: Connection,
  collection: number,
  { from, to, after, limit, withoutDocument = false }: LackingQuestion,
): LackingWindow {
  const row = connection.get<{ last: number | null }>(
    `SELECT max(seq) AS last FROM (SELECT seq FROM records INDEXED BY records_by_seq
     WHERE collection = ? AND seq > ? ORDER BY seq LIMIT ?)`,
    collection,
    after,
    limit,
  );
  const has = (set: number) =>
    `EXISTS (SELECT 1 FROM named_vectors AS n WHERE n.record = r.key AND n.field = ${set})`;
  const bare = withoutDocument ? ' AND r.document IS NULL' : '';
  // Of the first set every record has a vector.
  const had = from === FIRST_SET ? '' : `AND ${has(from)} `;
  return {
    last: row?.last ?? undefined,
    condition: `WHERE r.collection = ? AND r.seq > ? AND r.seq <= ? ${had}AND NOT ${has(to)}${bare} ORDER BY r.seq`,
  };
}

function begin(connection: Connection, collection: number, field: number, target: VectorSetTarget): number {
  connection.run(
    'UPDATE vector_sets SET target = NULL WHERE collection = ? AND field = ?',
    collection,
    field,
  );
  const row = connection.get<{ last: number }>(
    `SELECT max(number) AS last FROM (
       SELECT vector_set AS number FROM collections WHERE id = ?1
       UNION ALL SELECT max(number, vector_set) FROM fields WHERE collection = ?1
       UNION ALL SELECT number FROM vector_sets WHERE collection = ?1)`,
    collection,
  );
  const number = present(row, 'the sets of the collection').last + 1;
  connection.run(
    'INSERT INTO vector_sets (collection, number, field, target) VALUES (?, ?, ?, ?)',
    collection,
    number,
    field,
    JSON.stringify(target),
  );
  return number;
}

function leave(connection: Connection, collection: number, set: number): number {
  return connection.run(
    'UPDATE vector_sets SET target = NULL WHERE collection = ? AND number = ?',
    collection,
    set,
  );
}

function put(connection: Connection, collection: number, { set, slots, seqs, vectors }: SetVectors): number {
  const { dimension } = targetOf(connection, collection, set);
  assert(vectors.length === slots.length * dimension, 'vectors of the dimension of their set');
  let taken = 0;
  for (const [row, slot] of slots.entries()) {
    taken += connection.run(
      `INSERT INTO named_vectors (record, field, vector) SELECT key, ?, ? FROM records WHERE key = ? AND seq = ?
       ON CONFLICT DO NOTHING`,
      set,
      bytesOfRow(vectors, row, dimension),
      recordKey(collection, slot),
      present(seqs[row], 'the change of a record'),
    );
  }
  return taken;
}

function use(
  connection: Connection,
  collection: number,
  { set, index, text }: Extract<VectorSetChange, { kind: 'use' }>,
): number {
  const { dimension, metric, embedding } = targetOf(connection, collection, set);
  const sets = vectorSets(connection, collection);
  const { field } = present(
    sets.find(({ number }) => number === set),
    'the set to use',
  );
  const isNamed = field !== UNNAMED_FIELD;
  const [table, where] = isNamed ? ['fields', 'collection = ?1 AND number = ?2'] : ['collections', 'id = ?1'];
  const before = connection.get<{ number: number }>(
    `SELECT vector_set AS number FROM ${table} WHERE ${where}`,
    ...(isNamed ? [collection, field] : [collection]),
  );
  connection.run('DELETE FROM vector_sets WHERE collection = ? AND number = ?', collection, set);
  connection.run(
    'INSERT INTO vector_sets (collection, number, field, target) VALUES (?, ?, ?, NULL)',
    collection,
    present(before, 'the set before').number,
    field,
  );
  const values = [dimension, metric, embedding.name, embedding.dimension, JSON.stringify(index), set];
  const columns =
    'dimension = ?3, metric = ?4, embedding_name = ?5, embedding_dimension = ?6, index_options = ?7, vector_set = ?8';
  if (isNamed) {
    connection.run(
      `UPDATE fields SET ${columns}, text = ?9 WHERE ${where}`,
      collection,
      field,
      ...values,
      text,
    );
  } else {
    connection.run(
      `UPDATE collections SET ${columns} WHERE ${where} AND ?2 = ${UNNAMED_FIELD}`,
      collection,
      field,
      ...values,
    );
  }
  return set;
}

function clear(connection: Connection, collection: number, set: number, fromSlot: number): number {
  const [first, end] = [recordKey(collection, fromSlot), keyEnd(collection)];
  const [table, key, condition] =
    set === FIRST_SET ? ['vectors', 'key', ''] : ['named_vectors', 'record', `AND field = ${set}`];
  const range = `${key} >= ? AND ${key} < ? ${condition}`;
  const last = connection.get<{ last: number | null }>(
    `SELECT max(${key}) AS last FROM (SELECT ${key} FROM ${table} WHERE ${range} ORDER BY ${key} LIMIT ${CLEARED_AT_ONCE})`,
    first,
    end,
  )?.last;
  if (last !== null && last !== undefined) {
    connection.run(`DELETE FROM ${table} WHERE ${key} >= ? AND ${key} <= ? ${condition}`, first, last);
    return slotOfKey(last) + 1;
  }
  connection.run(
    'DELETE FROM vector_sets WHERE collection = ? AND number = ? AND target IS NULL',
    collection,
    set,
  );
  return -1;
}

function targetOf(connection: Connection, collection: number, set: number): VectorSetTarget {
  const found = vectorSets(connection, collection).find(({ number }) => number === set);
  if (found?.target) return found.target;
  throw new VecinoError(
    'COLLECTION_DROPPED',
    'the collection, or the vectors that were being made for it, are gone; call reembed again',
  );
}

/** What breaks the rules of these tables, for `storage/store-check.ts`: a sentence and the count. */
export const VECTOR_SET_RULES: readonly (readonly [breach: string, count: string])[] = [
  [
    'records have no vector',
    `SELECT count(*) AS count FROM records AS r JOIN collections AS c ON c.id = r.collection
     WHERE c.id NOT IN (SELECT collection FROM fields) AND CASE c.vector_set
       WHEN ${FIRST_SET} THEN NOT EXISTS (SELECT 1 FROM vectors AS v WHERE v.key = r.key)
       ELSE NOT EXISTS (SELECT 1 FROM named_vectors AS n WHERE n.record = r.key AND n.field = c.vector_set) END`,
  ],
  [
    'records have none of the vectors that their collection names',
    `SELECT count(*) AS count FROM records AS r WHERE collection IN (SELECT collection FROM fields)
     AND NOT EXISTS (SELECT 1 FROM named_vectors AS n JOIN fields AS f ON f.collection = r.collection
       AND f.vector_set = n.field WHERE n.record = r.key)`,
  ],
  [
    'named vectors belong to no field of their collection, or have another length than its dimension',
    `SELECT count(*) AS count FROM named_vectors AS v
     LEFT JOIN fields AS f ON f.collection = v.record >> 32 AND f.vector_set = v.field
     LEFT JOIN collections AS c ON c.id = v.record >> 32 AND c.vector_set = v.field
     LEFT JOIN vector_sets AS s ON s.collection = v.record >> 32 AND s.number = v.field
     WHERE (f.number IS NULL AND c.id IS NULL AND s.number IS NULL)
     OR length(v.vector) <> 4 * coalesce(f.dimension, c.dimension, json_extract(s.target, '$.dimension'))`,
  ],
  [
    'vectors have another length than their collection’s dimension',
    `SELECT count(*) AS count FROM vectors AS v JOIN records AS r ON r.key = v.key
     JOIN collections AS c ON c.id = r.collection
     WHERE c.vector_set = ${FIRST_SET} AND length(v.vector) <> 4 * c.dimension`,
  ],
  [
    'sets of vectors count and are left at once',
    `SELECT count(*) AS count FROM vector_sets AS s
     WHERE EXISTS (SELECT 1 FROM fields AS f WHERE f.collection = s.collection AND f.vector_set = s.number)
     OR EXISTS (SELECT 1 FROM collections AS c WHERE c.id = s.collection AND c.vector_set = s.number
       AND c.id NOT IN (SELECT collection FROM fields))`,
  ],
];
