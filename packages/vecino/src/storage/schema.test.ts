import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/temporary-folder.ts';
import { Connection } from './connection.ts';
import { openForWriting } from './open-for-writing.ts';
import { APPLICATION_ID, hasStore, migrate, SCHEMA_VERSION } from './schema.ts';

function edited(sql: string): string {
  const file = join(temporaryFolder(), 'store.sqlite');
  const connection = new Connection(file, { readOnly: false });
  connection.exec(sql);
  connection.close();
  return file;
}

describe('the schema', () => {
  it('is made in an empty file, marked, and left alone afterwards', () => {
    const file = join(temporaryFolder(), 'store.sqlite');
    const first = openForWriting(file, undefined);
    expect(first.pragma('application_id')).toBe(APPLICATION_ID);
    expect(first.pragma('user_version')).toBe(SCHEMA_VERSION);
    first.run('UPDATE sequence SET last = 7');
    first.close();
    const second = openForWriting(file, undefined);
    migrate(second);
    expect(second.get('SELECT last FROM sequence')).toEqual({ last: 7 });
    second.close();
  });

  it('has the durability that a resolved write promises', () => {
    const connection = openForWriting(join(temporaryFolder(), 'store.sqlite'), undefined);
    expect(connection.pragma('journal_mode')).toBe('wal');
    expect(connection.pragma('synchronous')).toBe(2);
    expect(connection.pragma('foreign_keys')).toBe(1);
    connection.close();
  });

  it('of a newer version is refused', () => {
    const file = edited(
      `PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION + 1}`,
    );
    expect(() => openForWriting(file, undefined)).toThrow(
      expect.objectContaining({
        code: 'STORE_VERSION_NEWER',
        details: { file, expected: SCHEMA_VERSION, received: SCHEMA_VERSION + 1 },
      }),
    );
  });

  it('of another program is refused', () => {
    const file = edited('CREATE TABLE recipes (name TEXT)');
    expect(() => openForWriting(file, undefined)).toThrow(
      expect.objectContaining({ code: 'STORE_CORRUPT', message: expect.stringContaining('another program') }),
    );
  });

  it('that was never finished counts as no store', () => {
    const file = edited('PRAGMA journal_mode = WAL');
    const connection = new Connection(file, { readOnly: true });
    expect(hasStore(connection)).toBe(false);
    connection.close();
  });

  it('of an older version asks a reader for one writer', () => {
    const file = edited(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = 0`);
    const connection = new Connection(file, { readOnly: true });
    expect(() => hasStore(connection)).toThrow(expect.objectContaining({ code: 'STORE_READ_ONLY' }));
    connection.close();
  });
});
