import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { open } from '../../src/index.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { refusalOf, SECRET, stock } from './refusal.ts';

const untypedOpen = open as unknown as (...args: readonly unknown[]) => Promise<unknown>;

describe('open', () => {
  it.each([
    [
      'nothing',
      undefined,
      'OPTION_INVALID',
      'the location is undefined, expected the path of a folder or ":memory:"',
    ],
    ['null', null, 'OPTION_INVALID', 'the location is null'],
    ['an empty path', '', 'OPTION_INVALID', 'the location is an empty string, expected the path of a folder'],
    ['a number', 5, 'OPTION_INVALID', 'the location is the number 5'],
    ['bytes', Buffer.from('x'), 'OPTION_INVALID', 'the location is a Buffer'],
    ['a URL', new URL('file:///x'), 'OPTION_INVALID', 'the location is an object (URL)'],
    ['a NUL character', 'a\0b', 'OPTION_INVALID', 'a string with a NUL character'],
    [
      'an address',
      'mysql://user:rosebud@host/db',
      'ADDRESS_UNSUPPORTED',
      'an address of "mysql://", expected a folder, ":memory:" or an address of postgres://, ',
    ],
  ] as const)('refuses as a location: %s', async (_, location, code, problem) => {
    await refusalOf(() => untypedOpen(location), { code, says: ['open', problem] });
  });

  it.each([
    ['readonly', { readonly: true }, 'OPTION_UNKNOWN', 'unknown option "readonly"; did you mean "readOnly"?'],
    [
      'a misspelt thread',
      { thread: 2 },
      'OPTION_UNKNOWN',
      'unknown option "thread"; did you mean "threads"?',
    ],
    [
      'readOnly as text',
      { readOnly: 'yes' },
      'OPTION_INVALID',
      '"readOnly" is a string, expected true or false',
    ],
    ['create that is null', { create: null }, 'OPTION_INVALID', '"create" is null, expected true or false'],
    ['no threads', { threads: 0 }, 'OPTION_OUT_OF_RANGE', '"threads" is 0, expected an integer from 1 to 64'],
    [
      'too many threads',
      { threads: 65 },
      'OPTION_OUT_OF_RANGE',
      '"threads" is 65, expected an integer from 1 to 64',
    ],
    [
      'less than nothing for kept embeddings',
      { embeddingCacheBytesMax: -1 },
      'OPTION_OUT_OF_RANGE',
      '"embeddingCacheBytesMax" is -1, expected an integer from 0 to 1000000000000',
    ],
    [
      'kept embeddings that are switched off',
      { embeddingCacheBytesMax: false },
      'OPTION_INVALID',
      '"embeddingCacheBytesMax" is the boolean false, expected an integer from 0',
    ],
    ['threads as text', { threads: '2' }, 'OPTION_INVALID', '"threads" is a string, expected an integer'],
    [
      'a listener that is none',
      { onWarning: SECRET },
      'OPTION_INVALID',
      '"onWarning" is a string, expected a function',
    ],
    [
      'a listener that is null',
      { onWarning: null },
      'OPTION_INVALID',
      '"onWarning" is null, expected a function',
    ],
    [
      'null',
      null,
      'OPTION_INVALID',
      'options are null, expected an object of readOnly, create, threads, onWarning',
    ],
    ['an array', [], 'OPTION_INVALID', 'options are an array of 0'],
  ] as const)('refuses as options: %s', async (_, options, code, problem) => {
    const folder = join(temporaryFolder(), 'never made');
    await refusalOf(() => untypedOpen(folder, options), { code, says: ['open', problem] });
    await refusalOf(() => open(folder, { create: false }), { code: 'STORE_NOT_FOUND', says: [folder] });
  });

  it('refuses a file, and makes nothing of it', async () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, 'text');
    for (const readOnly of [false, true]) {
      await refusalOf(() => open(file, { readOnly }), {
        code: readOnly ? 'STORE_NOT_FOUND' : 'OPTION_INVALID',
        says: [file],
      });
    }
  });

  it('refuses to read what is not there, and does not make it', async () => {
    const folder = join(temporaryFolder(), 'nothing');
    for (const options of [{ readOnly: true }, { create: false }, { create: false, readOnly: true }]) {
      await refusalOf(() => open(folder, options), {
        code: 'STORE_NOT_FOUND',
        says: [folder, 'holds no store', 'check the path'],
        details: { folder },
      });
    }
  });

  it('is not stopped by a listener that throws', async () => {
    const folder = temporaryFolder();
    await (await stock(await open(folder))).close();
    writeFileSync(join(folder, 'index', '1.snapshot'), 'no snapshot');
    const told: string[] = [];
    const emitted = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    onTestFinished(() => emitted.mockRestore());
    await using database = await open(folder, {
      onWarning: ({ code }) => {
        told.push(code);
        throw new Error('the listener has a bug');
      },
    });
    const books = await database.openCollection('books');
    expect(await books.search({ vector: [1, 2, 3] })).toHaveLength(3);
    expect((await books.check()).problems).toEqual([]);
    expect(told).toEqual(['SNAPSHOT_REBUILT']);
    expect(emitted.mock.calls.map(([text]) => String(text))).toEqual([
      expect.stringContaining('snapshot cannot be used'),
      'onWarning threw: the listener has a bug',
    ]);
  });
});
