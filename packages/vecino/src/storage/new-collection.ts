import { present } from '../base/assert.ts';
import { VecinoError } from '../base/errors.ts';
import type { Connection } from './connection.ts';
import { insertFields } from './named-vectors.ts';
import { COLLECTION_ID_MAX } from './record-key.ts';
import type { NewCollection, StoredCollection } from './store.ts';

/** Stores a collection, and what it is from then on known by. Its name must be free. */
export function insertCollection(
  connection: Connection,
  { name, dimension, metric, embedding, index, fullText, fields }: NewCollection,
  seq: number,
): Pick<StoredCollection, 'id' | 'identity' | 'fields'> {
  connection.run(
    'INSERT INTO collections (name, dimension, metric, embedding_name, embedding_dimension, index_options, full_text, seq, removed_forgotten) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    name,
    dimension,
    metric,
    embedding?.name ?? null,
    embedding?.dimension ?? null,
    JSON.stringify(index),
    fullText === undefined ? null : JSON.stringify(fullText),
    seq,
    // Numbers from before belong to another collection, which may have had this name.
    seq,
  );
  const row = connection.get<{ id: number; identity: string }>(
    'SELECT id, identity FROM collections WHERE name = ?',
    name,
  );
  const { id, identity } = present(row, 'the new collection');
  if (id > COLLECTION_ID_MAX) {
    throw new VecinoError(
      'COLLECTION_FULL',
      `the store has created ${COLLECTION_ID_MAX} collections in its life, expected at most that; copy what you need into a new folder`,
      { details: { expected: COLLECTION_ID_MAX, received: id } },
    );
  }
  return { id, identity, fields: fields && insertFields(connection, id, fields) };
}
