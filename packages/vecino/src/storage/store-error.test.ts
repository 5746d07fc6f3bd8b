import { describe, expect, it } from 'vitest';
import { VecinoError } from '../base/errors.ts';
import { storeError } from './store-error.ts';

function sqliteError(errcode: number): Error {
  return Object.assign(new Error('sqlite says'), { code: 'ERR_SQLITE_ERROR', errcode });
}

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: the system says`), { code });
}

describe('errors of the store', () => {
  it.each([
    ['SQLITE_FULL', sqliteError(13), 'DISK_FULL'],
    ['SQLITE_IOERR_SHMSIZE', sqliteError(10 | (19 << 8)), 'DISK_FULL'],
    ['SQLITE_IOERR_FSYNC', sqliteError(10 | (4 << 8)), 'STORE_IO'],
    ['SQLITE_CANTOPEN', sqliteError(14), 'STORE_IO'],
    ['SQLITE_CORRUPT_INDEX', sqliteError(11 | (3 << 8)), 'STORE_CORRUPT'],
    ['SQLITE_NOTADB', sqliteError(26), 'STORE_CORRUPT'],
    ['SQLITE_READONLY_DIRECTORY', sqliteError(8 | (6 << 8)), 'STORE_READ_ONLY'],
    ['SQLITE_BUSY_RECOVERY', sqliteError(5 | (1 << 8)), 'STORE_LOCKED'],
    ['SQLITE_CONSTRAINT_UNIQUE', sqliteError(19 | (8 << 8)), 'INTERNAL'],
    ['ENOSPC', systemError('ENOSPC'), 'DISK_FULL'],
    ['EDQUOT', systemError('EDQUOT'), 'DISK_FULL'],
    ['EACCES', systemError('EACCES'), 'STORE_READ_ONLY'],
    ['EROFS', systemError('EROFS'), 'STORE_READ_ONLY'],
    ['EIO', systemError('EIO'), 'STORE_IO'],
    ['a closed connection', systemError('ERR_INVALID_STATE'), 'DATABASE_CLOSED'],
    ['a mistake of ours', new TypeError('x is not a function'), 'INTERNAL'],
  ])('%s', (_, cause, code) => {
    const error = storeError(cause, '/data/store.sqlite');
    expect(error.code).toBe(code);
    expect(error.message).toContain('/data/store.sqlite');
    expect(error.cause).toBe(cause);
  });

  it('pass unchanged where they are ours already', () => {
    const error = new VecinoError('COLLECTION_EXISTS', 'there');
    expect(storeError(error, 'x')).toBe(error);
  });
});
