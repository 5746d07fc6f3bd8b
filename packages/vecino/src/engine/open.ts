import { type Database, OPEN_OPTIONS, type OpenOptions, type Warning } from '../api/database.ts';
import { VecinoError } from '../base/errors.ts';
import { requireNode } from '../base/node-version.ts';
import { describeValue, readOptions } from '../base/options.ts';
import { openStore } from '../storage/open-store.ts';
import type { Store } from '../storage/store.ts';
import { EmbeddedDatabase } from './database.ts';

/**
 * Opens a vector database in a folder, which is created where it is missing, or in memory (`':memory:'`).
 *
 * One process may have a folder open for writing; any number may read it beside that with `readOnly: true`.
 *
 * @throws STORE_LOCKED where another process writes, STORE_NOT_FOUND where there is nothing to read,
 * STORE_READ_ONLY where the folder cannot be written, ADDRESS_UNSUPPORTED for addresses of other engines
 *
 * @example
 * ```ts
 * await using db = await open('./library');
 * const books = await db.collection('books', { dimension: 3 });
 * await books.add([{ id: 'a', vector: [1, 0, 0] }]);
 * const [nearest] = await books.search({ vector: [1, 0.1, 0], k: 1 });
 * ```
 */
export function open(location: string, options?: OpenOptions): Promise<Database> {
  return openInSegments(location, options);
}

/**
 * The same with smaller segments than a memory holds, and another border of the automatic choice of an index, for
 * tests of what is larger.
 */
export async function openInSegments(
  location: string,
  options?: OpenOptions,
  segmentSlots?: number,
  autoBorder?: number,
): Promise<Database> {
  requireNode();
  requireFolder(location);
  const read = readOptions<OpenOptions>(`open "${location}"`, OPEN_OPTIONS, options);
  const warn = read.onWarning === undefined ? emitWarning : guarded(read.onWarning);
  const clock = readClock(read.clock);
  const readOnly = read.readOnly ?? OPEN_OPTIONS.readOnly.default;
  const store = await openStore(location, {
    readOnly,
    create: read.create ?? OPEN_OPTIONS.create.default,
    onWarning: warn,
    removalsKept: read.removalsKept,
  });
  const embeddingCacheBytesMax = read.embeddingCacheBytesMax ?? OPEN_OPTIONS.embeddingCacheBytesMax.default;
  await keepWithin(store, embeddingCacheBytesMax);
  return new EmbeddedDatabase(store, {
    ...read,
    embeddingCacheBytesMax,
    threads: read.threads ?? OPEN_OPTIONS.threads.default,
    warn,
    clock,
    segmentSlots,
    autoBorder,
  });
}

/** Lets go of kept embeddings beyond a bound that is lower than it was. */
async function keepWithin({ keptEmbeddings, writer }: Store, bytesMax: number): Promise<void> {
  if (!writer || keptEmbeddings.size().bytes <= bytesMax) return;
  await writer.keepEmbeddings({ keys: new Uint8Array(), vectors: new Float32Array(), bytesMax });
}

function readClock(clock: unknown): () => number {
  if (clock === undefined) return Date.now;
  if (typeof clock === 'function') return clock as () => number;
  const received = describeValue(clock);
  throw new VecinoError(
    'OPTION_INVALID',
    `open: option "clock" is ${received}, expected a function that answers milliseconds since 1970`,
    { details: { option: 'clock', expected: 'a function', received } },
  );
}

function requireFolder(location: unknown): asserts location is string {
  if (typeof location !== 'string' || location === '' || location.includes('\0')) {
    const received =
      typeof location === 'string' && location !== ''
        ? 'a string with a NUL character'
        : describeValue(location);
    throw new VecinoError(
      'OPTION_INVALID',
      `open: the location is ${received}, expected the path of a folder or ":memory:"`,
      { details: { option: 'location', expected: 'a path or ":memory:"', received } },
    );
  }
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(location)?.[1];
  if (scheme === undefined) return;
  throw new VecinoError(
    'ADDRESS_UNSUPPORTED',
    `open: this version opens folders and ":memory:", received an address of "${scheme}://"; give a folder`,
    { details: { scheme } },
  );
}

/** A listener that throws must not stop the work that it was only told about. */
function guarded(listener: unknown): (warning: Warning) => void {
  if (typeof listener !== 'function') {
    const received = describeValue(listener);
    throw new VecinoError('OPTION_INVALID', `open: option "onWarning" is ${received}, expected a function`, {
      details: { option: 'onWarning', expected: 'a function', received },
    });
  }
  return (warning) => {
    try {
      listener(warning);
    } catch (error) {
      emitWarning(warning);
      process.emitWarning(
        `onWarning threw: ${error instanceof Error ? error.message : describeValue(error)}`,
      );
    }
  };
}

function emitWarning(warning: Warning): void {
  process.emitWarning(warning.message, { type: 'VecinoWarning', code: warning.code });
}
