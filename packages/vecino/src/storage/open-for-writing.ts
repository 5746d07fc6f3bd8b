import { Connection } from './connection.ts';
import { migrate } from './schema.ts';

/** Bytes of a page; see the measurements in `docs/format.md`. A file keeps the size it was made with. */
const PAGE_BYTES = 8_192;

/** Pages that a connection keeps in memory. */
const CACHE_KIBIBYTES = 16_384;

/** The connection that writes, with the present schema. `pagesMax` bounds the file, as a full disk would. */
export function openForWriting(file: string, pagesMax: number | undefined): Connection {
  const connection = new Connection(file, { readOnly: false });
  try {
    // The page size must come first: it is fixed by the first write.
    connection.exec(`PRAGMA page_size = ${PAGE_BYTES}; PRAGMA cache_size = -${CACHE_KIBIBYTES}`);
    connection.pragma('journal_mode = WAL');
    // A resolved write is durable: every commit is synced.
    connection.exec('PRAGMA synchronous = FULL');
    migrate(connection);
    if (pagesMax !== undefined) connection.pragma(`max_page_count = ${pagesMax}`);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}
