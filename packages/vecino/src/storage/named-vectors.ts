import type { JsonObject } from '../api/metadata.ts';
import { present } from '../base/assert.ts';
import type { Connection } from './connection.ts';
import { keyEnd, recordKey } from './record-key.ts';
import { type NamedVectors, type NewField, type StoredField, UNNAMED_FIELD } from './store.ts';
import { bytesOfRow, vectorOfBytes } from './vector-bytes.ts';
import { insertVector } from './vector-sets.ts';

/*
 * The tables of collections whose vectors have names: `fields` says which there are, `named_vectors` has those that
 * each record has. A vector without a name lies in `vectors`, as it always has.
 */

interface FieldRow {
  readonly collection: number;
  readonly number: number;
  readonly identity: string;
  readonly name: string;
  readonly dimension: number;
  readonly metric: string;
  readonly embedding_name: string | null;
  readonly embedding_dimension: number | null;
  readonly text: string | null;
  readonly index_options: string;
  readonly vector_set: number;
}

/** The fields of all collections that have any, by collection and in their order. */
export function fieldsByCollection(connection: Connection): Map<number, StoredField[]> {
  const rows = connection.all<FieldRow>('SELECT * FROM fields ORDER BY collection, number');
  const fields = new Map<number, StoredField[]>();
  for (const row of rows)
    fields.set(row.collection, [...(fields.get(row.collection) ?? []), fieldOfRow(row)]);
  return fields;
}

/** Gives a new collection its fields. */
export function insertFields(
  connection: Connection,
  collection: number,
  fields: readonly NewField[],
): StoredField[] {
  for (const [i, { name, dimension, metric, embedding, text, index }] of fields.entries()) {
    connection.run(
      'INSERT INTO fields (collection, number, vector_set, name, dimension, metric, embedding_name, embedding_dimension, text, index_options) VALUES (?1, ?2, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)',
      collection,
      i + 1,
      name,
      dimension,
      metric,
      embedding?.name ?? null,
      embedding?.dimension ?? null,
      text,
      JSON.stringify(index),
    );
  }
  return present(fieldsByCollection(connection).get(collection), 'the new fields');
}

/** Replaces the options of an index, that of the vector without a name or of a field. Answers whether it is there. */
export function replaceIndexOptions(
  connection: Connection,
  collection: number,
  field: number,
  index: JsonObject,
): boolean {
  const [sql, ...key] =
    field === UNNAMED_FIELD
      ? (['UPDATE collections SET index_options = ? WHERE id = ?', collection] as const)
      : ([
          'UPDATE fields SET index_options = ? WHERE collection = ? AND number = ?',
          collection,
          field,
        ] as const);
  return connection.run(sql, JSON.stringify(index), ...key) > 0;
}

/** The dimension of each field of a collection, by the set of its vectors. */
export function fieldDimensions(connection: Connection, collection: number): Map<number, number> {
  const sql = 'SELECT vector_set, dimension FROM fields WHERE collection = ?';
  const rows = connection.all<{ vector_set: number; dimension: number }>(sql, collection);
  return new Map(rows.map(({ vector_set, dimension }) => [vector_set, dimension]));
}

/** Stores the vectors of records that were just put under these keys. */
export function insertNamedVectors(
  connection: Connection,
  keys: readonly number[],
  { set, places, vectors }: NamedVectors,
): void {
  const dimension = places.length === 0 ? 0 : vectors.length / places.length;
  for (const [row, place] of places.entries()) {
    const key = present(keys[place], 'the key of a record');
    insertVector(connection, set, key, bytesOfRow(vectors, row, dimension));
  }
}

/** The vectors of a record by the numbers of their sets. */
export function vectorsOfRecord(connection: Connection, key: number): Map<number, Float32Array> {
  const sql = 'SELECT field, vector FROM named_vectors WHERE record = ? ORDER BY field';
  const rows = connection.all<{ field: number; vector: Uint8Array }>(sql, key);
  return new Map(rows.map(({ field, vector }) => [field, vectorOfBytes(vector)]));
}

/** Slots with a vector of the set, ascending. Reads the index only. */
export function slotsOfSet(
  connection: Connection,
  collection: number,
  set: number,
  fromSlot: number,
  limit: number,
): number[] {
  const row = connection.get<{ slots: string }>(
    `SELECT json_group_array(slot) AS slots FROM (
       SELECT record & 4294967295 AS slot FROM named_vectors
       WHERE record >= ? AND record < ? AND field = ? ORDER BY record LIMIT ?)`,
    recordKey(collection, fromSlot),
    keyEnd(collection),
    set,
    limit,
  );
  return JSON.parse(present(row, 'the list of slots').slots) as number[];
}

/** Records with a vector of the set, without those that have expired by then. */
export function countOfSet(connection: Connection, collection: number, set: number, now: number): number {
  const row = connection.get<{ count: number }>(
    `SELECT count(*) AS count FROM named_vectors AS v WHERE v.record >= ? AND v.record < ? AND v.field = ?
     AND NOT EXISTS (SELECT 1 FROM expiries AS x WHERE x.key = v.record AND x.at <= ?)`,
    recordKey(collection, 0),
    keyEnd(collection),
    set,
    now,
  );
  return present(row, 'the count of vectors').count;
}

function fieldOfRow(row: FieldRow): StoredField {
  const { number, identity, name, dimension, metric, text, vector_set: vectorSet } = row;
  const embedding =
    row.embedding_name === null
      ? null
      : { name: row.embedding_name, dimension: row.embedding_dimension ?? dimension };
  return {
    number,
    identity,
    name,
    dimension,
    metric,
    embedding,
    text,
    index: JSON.parse(row.index_options) as StoredField['index'],
    vectorSet,
  };
}
