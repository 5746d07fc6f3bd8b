import { VecinoError } from '../base/errors.ts';

/** Primary result codes of SQLite (https://www.sqlite.org/rescode.html). */
const SQLITE = {
  busy: 5,
  locked: 6,
  readOnly: 8,
  io: 10,
  corrupt: 11,
  full: 13,
  cantOpen: 14,
  notADatabase: 26,
};

/** The log's shared index could not grow: in practice always a full disk. */
const SQLITE_IOERR_SHMSIZE = 4874;

/** Turns whatever SQLite or the file system threw about `file` into the error that says who must act. */
export function storeError(error: unknown, file: string): VecinoError {
  if (error instanceof VecinoError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  const options = { details: { file, reason }, cause: error };
  switch (fault(error)) {
    case 'full':
      return new VecinoError(
        'DISK_FULL',
        `${file}: no space left, and nothing was changed; free some space and try again`,
        options,
      );
    case 'readOnly':
      return new VecinoError(
        'STORE_READ_ONLY',
        `${file} may not be written by this process; change its permissions, or open the folder with { readOnly: true }`,
        options,
      );
    case 'corrupt':
      return new VecinoError(
        'STORE_CORRUPT',
        `${file} is damaged or no SQLite database (${reason}); restore the folder from a backup`,
        options,
      );
    case 'busy':
      return new VecinoError(
        'STORE_LOCKED',
        `${file} is held by another program; end it, or try again`,
        options,
      );
    case 'closed':
      return new VecinoError('DATABASE_CLOSED', `${file} is closed; open it again`, options);
    case 'io':
      return new VecinoError(
        'STORE_IO',
        `${file}: the file system failed (${reason}), and nothing was changed; look at permissions and disk, then try again`,
        options,
      );
    default:
      return new VecinoError(
        'INTERNAL',
        `${file}: unexpected failure (${reason}); please report this as a bug`,
        options,
      );
  }
}

type Fault = 'full' | 'readOnly' | 'corrupt' | 'busy' | 'closed' | 'io';

function fault(error: unknown): Fault | undefined {
  if (!(error instanceof Error)) return undefined;
  const result = 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : undefined;
  if (result !== undefined) return faultOfResult(result);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'full';
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 'readOnly';
    case 'ERR_INVALID_STATE':
      return 'closed';
    default:
      return /^E[A-Z0-9]+$/.test(code) ? 'io' : undefined;
  }
}

function faultOfResult(result: number): Fault | undefined {
  if (result === SQLITE_IOERR_SHMSIZE) return 'full';
  switch (result & 0xff) {
    case SQLITE.full:
      return 'full';
    case SQLITE.readOnly:
      return 'readOnly';
    case SQLITE.corrupt:
    case SQLITE.notADatabase:
      return 'corrupt';
    case SQLITE.busy:
    case SQLITE.locked:
      return 'busy';
    case SQLITE.io:
    case SQLITE.cantOpen:
      return 'io';
    default:
      return undefined;
  }
}
