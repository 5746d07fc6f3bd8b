import { accessSync, constants, existsSync, type Stats, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Warning } from '../api/database.ts';
import { VecinoError } from '../base/errors.ts';
import { Mutex } from '../base/mutex.ts';
import { InPlaceWriter } from './in-place-writer.ts';
import { KeptEmbeddings } from './kept-embeddings.ts';
import { openForWriting } from './open-for-writing.ts';
import { ReadConnection } from './read-connection.ts';
import { hasStore } from './schema.ts';
import { SqliteReader } from './sqlite-reader.ts';
import { SqliteWriter } from './sqlite-writer.ts';
import { type Store, UNNAMED_FIELD } from './store.ts';
import { checkStore } from './store-check.ts';
import { storeError } from './store-error.ts';
import { StoreFolder } from './store-folder.ts';
import { checkOnThread } from './threaded-check.ts';
import { ThreadedFullText } from './threaded-full-text.ts';
import { ThreadedWriter } from './threaded-writer.ts';
import { requireLittleEndian } from './vector-bytes.ts';
import { WriterLock } from './writer-lock.ts';

export interface OpenStoreOptions {
  readonly readOnly: boolean;
  /** Whether to make the store where it is missing. */
  readonly create: boolean;
  readonly onWarning?: (warning: Warning) => void;
  /** How many of the records that were removed last a collection's change feed tells. */
  readonly removalsKept?: number | undefined;
  /** For tests: the database may not outgrow this many pages, as if the disk were full. */
  readonly pagesMax?: number;
}

const IN_MEMORY = ':memory:';

/**
 * Opens the store of a folder, or one in memory.
 *
 * Throws `STORE_NOT_FOUND` where there is nothing to read or `create` is false, `STORE_LOCKED` where another
 * process writes, `STORE_READ_ONLY` where this process may not write, `STORE_CORRUPT` and
 * `STORE_VERSION_NEWER` where the file cannot be understood, `OPTION_INVALID` where the path is a file.
 */
export async function openStore(location: string, options: OpenStoreOptions): Promise<Store> {
  requireLittleEndian();
  if (location === IN_MEMORY) return openMemory(options);
  const folder = new StoreFolder(resolve(location));
  try {
    return options.readOnly ? openReader(folder) : await openWriter(folder, options);
  } catch (error) {
    throw storeError(error, folder.path);
  }
}

function openMemory({ readOnly, pagesMax, removalsKept }: OpenStoreOptions): Store {
  const connection = openForWriting(IN_MEMORY, pagesMax);
  const source = new ReadConnection(IN_MEMORY, connection);
  return {
    location: IN_MEMORY,
    reader: new SqliteReader(source),
    keptEmbeddings: new KeptEmbeddings(source),
    writer: readOnly ? undefined : new InPlaceWriter(new SqliteWriter(connection, removalsKept)),
    snapshotPath: () => undefined,
    bytes: () => Number(connection.pragma('page_count')) * Number(connection.pragma('page_size')),
    check: async () => checkStore(connection),
    close: once(async () => connection.close()),
  };
}

function openReader(folder: StoreFolder): Store {
  requireStore(folder);
  const source = new ReadConnection(folder.database);
  try {
    if (!hasStore(source.current())) throw notFound(folder);
    return storeOf(folder, source, undefined, async () => source.close());
  } catch (error) {
    source.close();
    throw error;
  }
}

async function openWriter(
  folder: StoreFolder,
  { create, pagesMax, removalsKept, onWarning }: OpenStoreOptions,
): Promise<Store> {
  if (!create) requireStore(folder);
  requireNoFile(folder);
  folder.create();
  requireWritable(folder);
  const lock = WriterLock.acquire(folder);
  let writer: ThreadedWriter | undefined;
  let source: ReadConnection | undefined;
  const close = async () => {
    try {
      await writer?.close();
    } finally {
      // The reading connection goes last. SQLite lets only a connection that may write remove the log and its
      // index when it is the last to close; so they stay, empty, and a process that may read but not write in
      // this folder can open the store.
      source?.close();
      lock.release();
    }
  };
  try {
    writer = await ThreadedWriter.open({ folder: folder.path, pagesMax, removalsKept }, (cause) => {
      const message = `${folder.path}: the log could not be moved into the database (${cause.message}); nothing is lost, it is tried again`;
      onWarning?.({ code: 'CHECKPOINT_FAILED', message, cause });
    });
    source = new ReadConnection(folder.database);
    const store = storeOf(folder, source, writer, close);
    folder.removeLeftovers(new Set(store.reader.collections().map(({ id }) => id)));
    return store;
  } catch (error) {
    await close();
    throw error;
  }
}

function storeOf(
  folder: StoreFolder,
  source: ReadConnection,
  writer: ThreadedWriter | undefined,
  close: () => Promise<void>,
): Store {
  const checks = new Mutex();
  const fullText = new ThreadedFullText(folder.database);
  return {
    location: folder.path,
    reader: new SqliteReader(source, (search) => fullText.search(search)),
    keptEmbeddings: new KeptEmbeddings(source),
    writer,
    snapshotPath: (collection, segment, field = UNNAMED_FIELD) => folder.snapshot(collection, segment, field),
    bytes: () => folder.bytes(),
    check: () => checks.run(() => checkOnThread(folder.database)),
    close: once(async () => {
      // A check that reads the log would keep the writer from emptying it.
      await checks.idle();
      await fullText.close();
      await close();
    }),
  };
}

/** Closing twice is closing once. */
function once(close: () => Promise<void>): () => Promise<void> {
  let closed: Promise<void> | undefined;
  return () => {
    closed ??= close();
    return closed;
  };
}

function requireStore(folder: StoreFolder): void {
  let found: Stats | undefined;
  try {
    found = statSync(folder.database, { throwIfNoEntry: false });
  } catch (cause) {
    // What may not be seen may well be there.
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new VecinoError(
      'STORE_IO',
      `${folder.path} cannot be looked into by this process (${reason}); change its permissions`,
      { details: { file: folder.database, reason }, cause },
    );
  }
  if (found === undefined) throw notFound(folder);
}

function notFound(folder: StoreFolder): VecinoError {
  return new VecinoError(
    'STORE_NOT_FOUND',
    `${folder.path} holds no store (expected ${folder.database}); check the path, or open it for writing with { create: true }`,
    { details: { folder: folder.path } },
  );
}

function requireNoFile(folder: StoreFolder): void {
  const found = statSync(folder.path, { throwIfNoEntry: false });
  if (found === undefined || found.isDirectory()) return;
  throw new VecinoError(
    'OPTION_INVALID',
    `${folder.path} is a file, expected a folder (or a path where one can be made); give the path of a folder`,
    { details: { location: folder.path, expected: 'a folder', received: 'a file' } },
  );
}

/** SQLite would open what it may not write for reading, without a word. */
function requireWritable(folder: StoreFolder): void {
  accessSync(folder.path, constants.W_OK);
  for (const file of [folder.database, folder.log, folder.lock]) {
    if (existsSync(file)) accessSync(file, constants.W_OK);
  }
}
