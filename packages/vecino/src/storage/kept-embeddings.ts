import { present } from '../base/assert.ts';
import type { Connection } from './connection.ts';
import type { ReadConnection } from './read-connection.ts';
import { bytesOfRow, vectorOfBytes } from './vector-bytes.ts';

/** Vectors to keep for texts that come again, all of one length. */
export interface NewEmbeddings {
  /** The key of each, one after another; see `KEY_BYTES`. */
  readonly keys: Uint8Array;
  /** One row for each key. */
  readonly vectors: Float32Array;
  /** What all that is kept may take; the oldest go first. */
  readonly bytesMax: number;
}

/** How much is kept. */
export interface KeptSize {
  readonly vectors: number;
  readonly bytes: number;
}

/** A key is the SHA-256 of everything that a vector depends on: what that is, the engine knows. */
export const KEY_BYTES = 32;

/** What an entry takes beside its vector: the key, twice, and what SQLite needs of its own. Only an estimate. */
const ENTRY_BYTES = 96;

/** The oldest entries are looked through in runs of this many until enough have gone. */
const EVICTED_AT_ONCE = 64;

/** Keeps vectors that are not kept yet. To be run within a transaction. */
export function keepEmbeddings(connection: Connection, { keys, vectors, bytesMax }: NewEmbeddings): void {
  const count = keys.length / KEY_BYTES;
  const dimension = count === 0 ? 0 : vectors.length / count;
  let { vectors: entries, bytes } = sizeOf(connection);
  for (let i = 0; i < count; i++) {
    const added = connection.run(
      'INSERT INTO kept_embeddings (key, vector) VALUES (?, ?) ON CONFLICT DO NOTHING',
      keys.subarray(i * KEY_BYTES, (i + 1) * KEY_BYTES),
      bytesOfRow(vectors, i, dimension),
    );
    entries += added;
    bytes += added * (ENTRY_BYTES + dimension * 4);
  }
  while (bytes > bytesMax && entries > 0) {
    const oldest = connection.all<{ number: number; bytes: number }>(
      'SELECT number, length(vector) AS bytes FROM kept_embeddings ORDER BY number LIMIT ?',
      EVICTED_AT_ONCE,
    );
    for (const { number, bytes: vectorBytes } of oldest) {
      if (bytes <= bytesMax) break;
      connection.run('DELETE FROM kept_embeddings WHERE number = ?', number);
      entries--;
      bytes -= ENTRY_BYTES + vectorBytes;
    }
  }
  connection.run('UPDATE kept_embeddings_size SET vectors = ?, bytes = ?', entries, bytes);
}

/** How much is kept. */
function sizeOf(connection: Connection): KeptSize {
  const row = connection.get<KeptSize>('SELECT vectors, bytes FROM kept_embeddings_size');
  return present(row, 'the size of the kept embeddings');
}

/** Reads of what is kept. */
export class KeptEmbeddings {
  private readonly source: ReadConnection;

  constructor(source: ReadConnection) {
    this.source = source;
  }

  /** The vector that is kept under a key, a copy; undefined where there is none. */
  find(key: Uint8Array): Float32Array | undefined {
    const sql = 'SELECT vector FROM kept_embeddings WHERE key = ?';
    const row = this.source.current().get<{ vector: Uint8Array }>(sql, key);
    return row && vectorOfBytes(row.vector);
  }

  size(): KeptSize {
    return sizeOf(this.source.current());
  }
}

/** What breaks the rules of these tables, for `storage/store-check.ts`: a sentence and the count. */
export const KEPT_EMBEDDINGS_RULES: readonly (readonly [breach: string, count: string])[] = [
  [
    'kept embeddings have a key or a vector of an impossible length',
    `SELECT count(*) AS count FROM kept_embeddings
     WHERE length(key) <> ${KEY_BYTES} OR length(vector) % 4 <> 0 OR length(vector) = 0`,
  ],
  [
    'sums of kept embeddings are wrong',
    `SELECT count(*) AS count FROM kept_embeddings_size AS s, (
       SELECT count(*) AS vectors, coalesce(sum(length(vector) + ${ENTRY_BYTES}), 0) AS bytes FROM kept_embeddings
     ) AS k WHERE s.vectors <> k.vectors OR s.bytes <> k.bytes`,
  ],
];
