import type { JsonObject } from '../api/metadata.ts';
import type { Connection } from './connection.ts';
import { fieldsByCollection } from './named-vectors.ts';
import type { FullTextSettings, StoredCollection, StoredField } from './store.ts';

interface CollectionRow {
  readonly id: number;
  readonly identity: string;
  readonly name: string;
  readonly dimension: number;
  readonly metric: string;
  readonly embedding_name: string | null;
  readonly embedding_dimension: number | null;
  readonly index_options: string;
  readonly full_text: string | null;
  readonly seq: number;
  readonly vector_set: number;
}

/** All collections, by name. Two statements: to be called in a transaction. */
export function storedCollections(connection: Connection): StoredCollection[] {
  const fields = fieldsByCollection(connection);
  const rows = connection.all<CollectionRow>('SELECT * FROM collections ORDER BY name');
  return rows.map((row) => collectionOfRow(row, fields.get(row.id)));
}

function collectionOfRow(row: CollectionRow, fields: readonly StoredField[] | undefined): StoredCollection {
  const { id, identity, name, dimension, metric, seq, vector_set: vectorSet } = row;
  const embedding =
    row.embedding_name === null
      ? null
      : { name: row.embedding_name, dimension: row.embedding_dimension ?? dimension };
  const index = JSON.parse(row.index_options) as JsonObject;
  const fullText = row.full_text === null ? undefined : (JSON.parse(row.full_text) as FullTextSettings);
  return { id, identity, name, dimension, metric, embedding, index, vectorSet, fullText, fields, seq };
}
