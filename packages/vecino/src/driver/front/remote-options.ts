import { CONNECTION_OPTIONS, type ConnectionOptions } from '../../api/connection.ts';
import { OPEN_OPTIONS, type OpenOptions } from '../../api/database.ts';
import { VecinoError } from '../../base/errors.ts';
import { describeValue, readOptions } from '../../base/options.ts';
import { readClock, warnerOf } from '../../engine/open.ts';
import type { RemoteStateSettings } from './remote-state.ts';
import { unsupported } from './unsupported.ts';

/** Options of folders that mean nothing elsewhere. Threads build indexes, which an engine elsewhere does by itself. */
const OF_FOLDERS = ['removalsKept', 'embeddingCacheBytesMax'] as const satisfies (keyof OpenOptions)[];

/** Options of connections that not all engines have. */
type OfSome = 'schema' | 'apiKey' | 'connectionsMax' | 'connectTimeoutMs';

/** A connection's options with their defaults. */
export type ReadConnection = Required<Omit<ConnectionOptions, 'signal' | 'schema' | 'apiKey'>> &
  Pick<ConnectionOptions, 'signal' | 'schema' | 'apiKey'>;

/** The options of `open` as every driver reads them. */
export interface RemoteOptions extends Omit<RemoteStateSettings, 'serving'> {
  /** Whether what is missing may be created. */
  readonly mayCreate: boolean;
  readonly connection: ReadConnection;
}

/**
 * Reads the options of `open` for an engine elsewhere.
 *
 * @param understood options of connections that mean something to the engine; others that are given are refused
 */
export function readRemoteOptions(
  thing: string,
  engine: string,
  options: OpenOptions | undefined,
  understood: readonly OfSome[],
): RemoteOptions {
  const read = readOptions<OpenOptions>(thing, OPEN_OPTIONS, options);
  for (const option of OF_FOLDERS) {
    // Defaults are filled in; only what the caller names is refused.
    if (options?.[option] === undefined) continue;
    throw unsupported(thing, engine, `the option ${option}`, 'leave it out, it belongs to folders');
  }
  const readOnly = read.readOnly ?? OPEN_OPTIONS.readOnly.default;
  return {
    readOnly,
    mayCreate: !readOnly && (read.create ?? OPEN_OPTIONS.create.default),
    clock: readClock(read.clock),
    warn: warnerOf(read.onWarning),
    connection: readConnection(`${thing}: connection`, engine, read.connection, understood),
  };
}

function readConnection(
  where: string,
  engine: string,
  input: unknown,
  understood: readonly OfSome[],
): ReadConnection {
  const given = input as ConnectionOptions | undefined;
  const read = readOptions<ConnectionOptions>(where, CONNECTION_OPTIONS, given);
  for (const option of ['schema', 'apiKey', 'connectionsMax', 'connectTimeoutMs'] as const) {
    if (given?.[option] === undefined || understood.includes(option)) continue;
    throw unsupported(where, engine, `the option ${option}`, 'leave it out, it belongs to other engines');
  }
  const { signal, apiKey } = read;
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw invalid(where, 'signal', 'an AbortSignal', describeValue(signal));
  }
  // What was given is not repeated, for it may be a key all the same.
  if (apiKey !== undefined && (typeof apiKey !== 'string' || !/^[\x21-\x7e]+$/.test(apiKey))) {
    const received = typeof apiKey === 'string' ? 'another text' : describeValue(apiKey);
    throw invalid(where, 'apiKey', 'printable ASCII without spaces', received);
  }
  return read as ReadConnection;
}

function invalid(where: string, option: string, expected: string, received: string): VecinoError {
  return new VecinoError(
    'OPTION_INVALID',
    `${where}: option "${option}" is ${received}, expected ${expected}`,
    {
      details: { option, expected, received },
    },
  );
}
