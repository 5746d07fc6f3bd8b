import { Connection } from './connection.ts';
import { migrate } from './schema.ts';

/**
 * Bytes of a page; a file keeps the size it was made with. Rows of vectors are long, and what is left at the
 * end of a page is lost: 30,000 records took 69, 57 and 58 MB at 384 dimensions and 132, 131 and 108 MB at 784
 * with pages of 4, 8 and 16 KiB. The largest was never slower, neither for batches nor for single records.
 */
const PAGE_BYTES = 16_384;

/** The connection that writes, with the present schema. `pagesMax` bounds the file, as a full disk would. */
export function openForWriting(file: string, pagesMax: number | undefined): Connection {
  const connection = new Connection(file, { readOnly: false });
  try {
    // These must come first: they are fixed by the first write. Incremental vacuuming only keeps account of
    // where pages are referred to, so that `reclaim` can give free ones back.
    connection.exec(`PRAGMA page_size = ${PAGE_BYTES}; PRAGMA auto_vacuum = INCREMENTAL`);
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
