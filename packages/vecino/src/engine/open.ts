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
 * STORE_READ_ONLY where the folder cannot be written, ADDRESS_UNSUPPORTED for addresses
 */
export function openFolder(location: string, options?: OpenOptions): Promise<Database> {
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
  const warn = warnerOf(read.onWarning);
  const clock = readClock(read.clock);
  requireNoConnection(location, read.connection);
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

/** The time by which records expire. */
export function readClock(clock: unknown): () => number {
  if (clock === undefined) return Date.now;
  if (typeof clock === 'function') return clock as () => number;
  const received = describeValue(clock);
  throw new VecinoError(
    'OPTION_INVALID',
    `open: option "clock" is ${received}, expected a function that answers milliseconds since 1970`,
    { details: { option: 'clock', expected: 'a function', received } },
  );
}

function requireNoConnection(location: string, connection: unknown): void {
  if (connection === undefined) return;
  throw new VecinoError(
    'OPTION_INVALID',
    `open "${location}": option "connection" is given for a folder, expected an address such as "postgres://…" beside it; leave it out`,
    { details: { option: 'connection' } },
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
    `open: received an address of "${scheme}://", expected a folder, ":memory:" or an address of ${ENGINES.join(', ')}; check the address`,
    { details: { scheme, known: ENGINES } },
  );
}

/** The engines elsewhere that there are drivers for, by the schemes of their addresses. */
const ENGINES: readonly string[] = ['postgres://', 'qdrant://', 'redis://', 'pinecone://', 'chroma://'];

/** Whom warnings are told. A listener that throws must not stop the work that it was only told about. */
export function warnerOf(listener: unknown): (warning: Warning) => void {
  if (listener === undefined) return emitWarning;
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
