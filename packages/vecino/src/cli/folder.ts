import type { Database, OpenOptions } from '../api/database.ts';
import { VecinoError } from '../base/errors.ts';
import { open } from '../index.ts';
import type { Output } from './output.ts';

/** Opens a folder beside whoever writes to it. `STORE_NOT_FOUND` where there is none. */
export function openForReading(
  folder: string,
  output: Output,
  options: Pick<OpenOptions, 'threads'> = {},
): Promise<Database> {
  return openFolder(folder, output, { ...options, readOnly: true, create: false });
}

/** Opens a folder as its writer. `STORE_LOCKED` where another process is. */
export function openForWriting(
  folder: string,
  output: Output,
  options: Pick<OpenOptions, 'create' | 'threads'>,
): Promise<Database> {
  return openFolder(folder, output, options);
}

function openFolder(folder: string, output: Output, options: OpenOptions): Promise<Database> {
  if (folder === ':memory:') {
    throw new VecinoError(
      'OPTION_INVALID',
      'the command line needs a folder: ":memory:" ends with the command',
      {
        details: { expected: 'a folder', received: folder },
      },
    );
  }
  return open(folder, { ...options, onWarning: (warning) => output.warn(warning) });
}
