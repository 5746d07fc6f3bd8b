import { describe, expect, it } from 'vitest';
import { Connections, type PgPool } from './connections.ts';
import { prepareSchema, Schema } from './schema.ts';

/** What a database says of itself. */
interface Told {
  /** Of the extension; null where it is not installed. */
  readonly extension: string | null;
  /** How CREATE EXTENSION fails, by SQLSTATE. */
  readonly refusal?: string;
  /** Of the schema; null where it has no store. */
  readonly version?: number | null;
}

function databaseOf({ extension, refusal, version = 1 }: Told): Connections {
  const answer = (text: string): Record<string, unknown>[] => {
    if (text.includes('pg_extension')) return extension === null ? [] : [{ extversion: extension }];
    if (text.includes('CREATE EXTENSION')) {
      throw Object.assign(new Error('refused'), { code: refusal, severity: 'ERROR' });
    }
    if (text.includes('to_regclass')) return [{ about: version === null ? null : 'about' }];
    return [{ version, vector_oid: '4711', server: 'PostgreSQL 17.2' }];
  };
  const pool: PgPool = {
    connect: async () => ({
      query: (async ({ text }: { readonly text: string }) => ({ rows: answer(text) })) as never,
      release: () => undefined,
    }),
    end: async () => undefined,
    on: () => undefined,
  };
  return new Connections(pool, 'postgres://me@host/db', [], { retries: 0 });
}

const prepare = (told: Told, mayCreate = true, schema = new Schema('library')) =>
  prepareSchema(databaseOf(told), schema, 'open "db"', { mayCreate });

describe('a schema', () => {
  it('learns the number of the type of vectors, and whether rows may be copied', async () => {
    const schema = new Schema('library');
    await prepare({ extension: '0.8.0' }, false, schema);
    expect([schema.vectorOid, schema.takesCopy]).toEqual([4711, true]);
  });

  it.each([
    [
      { extension: null, refusal: '42501' },
      true,
      'REMOTE_EXTENSION_MISSING',
      'have a superuser run CREATE EXTENSION',
    ],
    [
      { extension: null, refusal: '0A000' },
      true,
      'REMOTE_EXTENSION_MISSING',
      'install pgvector on the server',
    ],
    [{ extension: null }, false, 'REMOTE_EXTENSION_MISSING', 'expected pgvector 0.8 or newer'],
    [{ extension: '0.7.4' }, true, 'REMOTE_VERSION_OLD', 'has version 0.7.4, expected 0.8 or newer'],
    [{ extension: '0.8.0', version: 99 }, true, 'STORE_VERSION_NEWER', 'version 99, expected at most 1'],
    [{ extension: '0.8.0', version: null }, false, 'STORE_NOT_FOUND', 'the schema "library" holds no store'],
  ] as const)('says what is wrong: %j', async (told, mayCreate, code, what) => {
    await expect(prepare(told, mayCreate)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(what),
    });
  });
});
