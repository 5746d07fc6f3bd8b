import { VecinoError } from '../base/errors.ts';

/** Runs a write to a file; `DISK_FULL` or `OUTPUT_UNWRITABLE` where it fails. */
export async function writing<T>(name: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (cause) {
    throw writingFailed(name, cause);
  }
}

function writingFailed(name: string, cause: unknown): VecinoError {
  const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
  const details = { file: name, reason };
  if (reason === 'ENOSPC' || reason === 'EDQUOT') {
    return new VecinoError('DISK_FULL', `${name}: the disk is full`, {
      details,
      cause,
    });
  }
  return new VecinoError('OUTPUT_UNWRITABLE', `${name}: cannot be written: ${reason}`, { details, cause });
}
