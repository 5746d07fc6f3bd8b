import { present } from '../base/assert.ts';
import type { Connection } from './connection.ts';
import { keyEnd, recordKey } from './record-key.ts';
import type { NamedVectors, NewField, StoredField } from './store.ts';
import { bytesOfRow, vectorOfBytes } from './vector-bytes.ts';

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
      'INSERT INTO fields (collection, number, name, dimension, metric, embedding_name, embedding_dimension, text, index_options) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
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

/** The dimension of each field of a collection, by number. */
export function fieldDimensions(connection: Connection, collection: number): Map<number, number> {
  const sql = 'SELECT number, dimension FROM fields WHERE collection = ?';
  const rows = connection.all<{ number: number; dimension: number }>(sql, collection);
  return new Map(rows.map(({ number, dimension }) => [number, dimension]));
}

/** Stores the vectors of records that were just put under these keys. */
export function insertNamedVectors(
  connection: Connection,
  keys: readonly number[],
  { field, places, vectors }: NamedVectors,
): void {
  const dimension = places.length === 0 ? 0 : vectors.length / places.length;
  for (const [row, place] of places.entries()) {
    connection.run(
      'INSERT INTO named_vectors (record, field, vector) VALUES (?, ?, ?)',
      present(keys[place], 'the key of a record'),
      field,
      bytesOfRow(vectors, row, dimension),
    );
  }
}

/** The vectors of a record by the numbers of their fields. */
export function vectorsOfRecord(connection: Connection, key: number): Map<number, Float32Array> {
  const sql = 'SELECT field, vector FROM named_vectors WHERE record = ? ORDER BY field';
  const rows = connection.all<{ field: number; vector: Uint8Array }>(sql, key);
  return new Map(rows.map(({ field, vector }) => [field, vectorOfBytes(vector)]));
}

export function vectorOfField(connection: Connection, field: number, key: number): Float32Array | undefined {
  const sql = 'SELECT vector FROM named_vectors WHERE record = ? AND field = ?';
  const row = connection.get<{ vector: Uint8Array }>(sql, key, field);
  return row && vectorOfBytes(row.vector);
}

/** Slots with a vector of the field, ascending. Reads the index only. */
export function slotsOfField(
  connection: Connection,
  collection: number,
  field: number,
  fromSlot: number,
  limit: number,
): number[] {
  const row = connection.get<{ slots: string }>(
    `SELECT json_group_array(slot) AS slots FROM (
       SELECT record & 4294967295 AS slot FROM named_vectors
       WHERE record >= ? AND record < ? AND field = ? ORDER BY record LIMIT ?)`,
    recordKey(collection, fromSlot),
    keyEnd(collection),
    field,
    limit,
  );
  return JSON.parse(present(row, 'the list of slots').slots) as number[];
}

/** Records with a vector of the field, without those that have expired by then. */
export function countOfField(connection: Connection, collection: number, field: number, now: number): number {
  const row = connection.get<{ count: number }>(
    `SELECT count(*) AS count FROM named_vectors AS v WHERE v.record >= ? AND v.record < ? AND v.field = ?
     AND NOT EXISTS (SELECT 1 FROM expiries AS x WHERE x.key = v.record AND x.at <= ?)`,
    recordKey(collection, 0),
    keyEnd(collection),
    field,
    now,
  );
  return present(row, 'the count of vectors').count;
}

function fieldOfRow(row: FieldRow): StoredField {
  const { number, identity, name, dimension, metric, text } = row;
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
  };
}
