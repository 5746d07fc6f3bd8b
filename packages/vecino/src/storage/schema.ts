import { VecinoError } from '../base/errors.ts';
import type { Connection } from './connection.ts';

/** "Vcno": tells our files from other SQLite databases. */
export const APPLICATION_ID = 0x56636e6f;

/**
 * The steps from an empty file to the present schema. Step n turns version n into version n + 1; a step that
 * was released is never changed again. `docs/format.md` describes the result column by column.
 */
const STEPS: readonly string[] = [
  `
  CREATE TABLE sequence (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    last INTEGER NOT NULL
  ) STRICT;
  INSERT INTO sequence (id, last) VALUES (1, 0);

  CREATE TABLE collections (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    identity TEXT NOT NULL DEFAULT (lower(hex(randomblob(16)))),
    name TEXT NOT NULL UNIQUE,
    dimension INTEGER NOT NULL,
    metric TEXT NOT NULL,
    embedding_name TEXT,
    embedding_dimension INTEGER,
    index_options TEXT NOT NULL,
    seq INTEGER NOT NULL,
    removals_forgotten INTEGER NOT NULL DEFAULT 0
  ) STRICT;

  CREATE TABLE records (
    key INTEGER PRIMARY KEY,
    collection INTEGER NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    id TEXT NOT NULL,
    metadata TEXT NOT NULL,
    document TEXT
  ) STRICT;
  CREATE UNIQUE INDEX records_by_id ON records (collection, id);
  CREATE UNIQUE INDEX records_by_seq ON records (collection, seq);

  CREATE TABLE vectors (
    key INTEGER PRIMARY KEY REFERENCES records (key) ON DELETE CASCADE,
    vector BLOB NOT NULL
  ) STRICT;

  CREATE TABLE removals (
    collection INTEGER NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    slot INTEGER NOT NULL,
    PRIMARY KEY (collection, seq)
  ) STRICT, WITHOUT ROWID;
  `,
  // What was removed before has left no id: whoever follows the changes of such a collection starts over.
  `
  ALTER TABLE collections ADD COLUMN removed_forgotten INTEGER NOT NULL DEFAULT 0;
  UPDATE collections SET removed_forgotten = seq;

  CREATE TABLE removed_records (
    collection INTEGER NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (collection, seq)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE expiries (
    key INTEGER PRIMARY KEY REFERENCES records (key) ON DELETE CASCADE,
    collection INTEGER NOT NULL,
    at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX expiries_by_time ON expiries (collection, at);
  `,
  // Of each collection that has them, the texts lie in a table of its own; see full-text-table.ts.
  'ALTER TABLE collections ADD COLUMN full_text TEXT',
  `
  CREATE TABLE namespaces (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    collection INTEGER NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
    name TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX namespaces_by_name ON namespaces (collection, name);

  ALTER TABLE records ADD COLUMN namespace INTEGER NOT NULL DEFAULT 0;
  DROP INDEX records_by_id;
  CREATE UNIQUE INDEX records_by_id ON records (collection, namespace, id);
  CREATE INDEX records_by_namespace ON records (collection, namespace, seq) WHERE namespace <> 0;

  ALTER TABLE removed_records ADD COLUMN namespace INTEGER NOT NULL DEFAULT 0;
  `,
  // Vectors of texts that may come again; see kept-embeddings.ts.
  `
  CREATE TABLE kept_embeddings (
    number INTEGER PRIMARY KEY,
    key BLOB NOT NULL UNIQUE,
    vector BLOB NOT NULL
  ) STRICT;

  CREATE TABLE kept_embeddings_size (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    vectors INTEGER NOT NULL,
    bytes INTEGER NOT NULL
  ) STRICT;
  INSERT INTO kept_embeddings_size (id, vectors, bytes) VALUES (1, 0, 0);
  `,
  // Vectors with names, of collections that have several a record. With a rowid: a vector fills most of a page, of
  // which a table without would keep few.
  `
  CREATE TABLE fields (
    collection INTEGER NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    identity TEXT NOT NULL DEFAULT (lower(hex(randomblob(16)))),
    name TEXT NOT NULL,
    dimension INTEGER NOT NULL,
    metric TEXT NOT NULL,
    embedding_name TEXT,
    embedding_dimension INTEGER,
    text TEXT,
    index_options TEXT NOT NULL,
    PRIMARY KEY (collection, number)
  ) STRICT, WITHOUT ROWID;
  CREATE UNIQUE INDEX fields_by_name ON fields (collection, name);

  CREATE TABLE named_vectors (
    record INTEGER NOT NULL REFERENCES records (key) ON DELETE CASCADE,
    field INTEGER NOT NULL,
    vector BLOB NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX named_vectors_by_record ON named_vectors (record, field);
  `,
  // Vectors of another model that are made beside the present ones, and those that an exchange has left; see
  // vector-sets.ts.
  `
  ALTER TABLE collections ADD COLUMN vector_set INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE fields ADD COLUMN vector_set INTEGER NOT NULL DEFAULT 0;
  UPDATE fields SET vector_set = number;

  CREATE TABLE vector_sets (
    collection INTEGER NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    field INTEGER NOT NULL,
    target TEXT,
    PRIMARY KEY (collection, number)
  ) STRICT, WITHOUT ROWID;
  `,
];

/** The version that this program reads and writes. */
export const SCHEMA_VERSION: number = STEPS.length;

/** Brings the database to the present version, step by step, each in a transaction of its own. */
export function migrate(connection: Connection): void {
  for (let version = versionOf(connection) ?? 0; version < SCHEMA_VERSION; version++) {
    connection.transaction('BEGIN IMMEDIATE', () => {
      connection.exec(STEPS[version] ?? '');
      connection.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
      connection.exec(`PRAGMA user_version = ${version + 1}`);
    });
  }
}

/** Whether a store is there, ready to be read; a file whose first migration never happened holds none. */
export function hasStore(connection: Connection): boolean {
  const version = versionOf(connection);
  if (version === undefined) return false;
  if (version < SCHEMA_VERSION) {
    throw new VecinoError(
      'STORE_READ_ONLY',
      `${connection.file} has schema version ${version}, expected ${SCHEMA_VERSION}; open it once for writing, which brings it up to date`,
      { details: { expected: SCHEMA_VERSION, received: version } },
    );
  }
  return true;
}

/** The schema version, or undefined of an empty file. Refuses what is not ours and what is newer than we are. */
function versionOf(connection: Connection): number | undefined {
  const version = Number(connection.pragma('user_version'));
  const application = connection.pragma('application_id');
  if (application !== APPLICATION_ID) {
    const tables = connection.get<{ count: number }>('SELECT count(*) AS count FROM sqlite_schema');
    if (tables?.count === 0) return undefined;
    throw new VecinoError(
      'STORE_CORRUPT',
      `${connection.file} is a SQLite database of another program (application id ${application}, expected ${APPLICATION_ID}); open another folder`,
      { details: { file: connection.file, expected: APPLICATION_ID, received: application } },
    );
  }
  if (version > SCHEMA_VERSION) {
    throw new VecinoError(
      'STORE_VERSION_NEWER',
      `${connection.file} has schema version ${version}, this program knows versions up to ${SCHEMA_VERSION}; update vecino`,
      { details: { file: connection.file, expected: SCHEMA_VERSION, received: version } },
    );
  }
  return version;
}
