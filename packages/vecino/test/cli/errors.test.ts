import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { open } from '../../src/index.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { COMMANDS_TIMEOUT_MS, vecino, vecinoJson } from './command-line.ts';

vi.setConfig({ testTimeout: COMMANDS_TIMEOUT_MS });

async function libraryWithOneRecord(): Promise<string> {
  const library = join(temporaryFolder(), 'library');
  await using db = await open(library);
  const collection = await db.createCollection('c', { dimension: 2 });
  await collection.add([{ id: 'a', vector: [1, 0] }]);
  return library;
}

describe('a wrong command line', () => {
  it.each([
    [[], 2, /Usage: vecino/],
    [['serch'], 2, /unknown command 'serch' \(Did you mean search\?\)/],
    [['search', 'f', 'c', 'text', '--explan'], 2, /unknown option '--explan' \(Did you mean --explain\?\)/],
    [['search', 'f', 'c', 'text', '--k', '0'], 2, /Expected an integer from 1 to 10000/],
    [['search', 'f', 'c'], 2, /exactly one of a text, --image, --vector, --id and examples/],
    [['search', 'f', 'c', 'x', '--filter', '{a:1}'], 2, /--filter is not JSON: column 2/],
    [['search', 'f'], 2, /missing required argument 'collection'/],
    [['import', ':memory:', 'c', 'a.jsonl'], 2, /cannot be read/],
    [['list', ':memory:'], 2, /needs a folder/],
    [['list', 'http://localhost'], 2, /http:/],
    [['list', join(temporaryRoot(), 'nowhere')], 2, /nowhere/],
    [['import', 'f', 'c', 'a.txt'], 2, /--format jsonl or --format csv/],
    [['import', 'f', 'c', join(temporaryRoot(), 'nowhere.csv')], 2, /there is no such file/],
  ])('%j ends with %d', async (args, code, message) => {
    const outcome = await vecino(args, { cwd: temporaryFolder() });
    expect(outcome).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(message) });
    expect(outcome.stderr).not.toMatch(/\n {4}at /);
  });

  it('is told in JSON where that is asked for', async () => {
    const { stderr } = await vecino(['list', 'nowhere', '--jsn', '--json']);
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'OPTION_UNKNOWN', message: /--jsn/ } });
  });

  it('creates no folder', async () => {
    const folder = temporaryFolder();
    await vecino(['list', join(folder, 'library')]);
    await vecino(['drop', join(folder, 'library'), 'c', '--yes']);
    expect((await vecino(['list', join(folder, 'library')])).code).toBe(2);
  });
});

function temporaryRoot(): string {
  return join('/', 'nonexistent');
}

describe('exit codes', () => {
  it('tell what is missing (2)', async () => {
    const library = await libraryWithOneRecord();
    expect((await vecino(['search', library, 'other', '--id', 'a'])).code).toBe(2);
    const got = await vecino(['get', library, 'c', 'a', 'b']);
    expect(got).toMatchObject({ code: 2, stdout: 'a\n' });
    expect(got.stderr).toBe('not found: b\nvecino: collection "c": 1 record of 2 not found\n');
    const json = await vecino(['get', library, 'c', 'b', '--json']);
    expect(JSON.parse(json.stdout)).toEqual({ records: [null] });
    expect(JSON.parse(json.stderr)).toMatchObject({ error: { code: 'RECORD_NOT_FOUND' } });
    expect((await vecino(['search', library, 'c', 'text'])).stderr).toContain('has no embedding');
  });

  it('tell a conflict (3), and readers work beside the writer', async () => {
    const library = await libraryWithOneRecord();
    const file = join(temporaryFolder(), 'a.jsonl');
    writeFileSync(file, '{"id":"b","vector":[0,1]}\n');
    await using db = await open(library);
    const collection = await db.openCollection('c');
    const locked = await vecino(['import', library, 'c', file, '--json']);
    expect(locked.code).toBe(3);
    expect(JSON.parse(locked.stderr)).toMatchObject({
      error: { code: 'STORE_LOCKED', details: { pid: process.pid } },
    });
    await collection.add([{ id: 'beside', vector: [0, 1] }]);
    expect(await vecinoJson('search', library, 'c', '--vector', '[0,1]', '--k', '1')).toMatchObject({
      hits: [{ id: 'beside' }],
    });
    await db.close();
    const mismatch = await vecino(['import', library, 'c', file, '--metric', 'l2']);
    expect(mismatch).toMatchObject({ code: 3, stdout: '' });
  });

  it('tell an environment that does not allow it (4)', async () => {
    const library = await libraryWithOneRecord();
    writeFileSync(join(library, 'store.sqlite'), 'this is no database '.repeat(1_000));
    expect((await vecino(['list', library])).code).toBe(4);
    const oldNode =
      "data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.20.0'}})";
    const old = await vecino(['list', library], { node: ['--import', oldNode] });
    expect(old).toMatchObject({ code: 4, stdout: '' });
    expect(old.stderr).toMatch(/^vecino needs Node 22\.13 or newer \(this is 20\.20\.0\)[^\n]*\n$/);
  });

  it('tell problems that check found (1)', async () => {
    const library = await libraryWithOneRecord();
    const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
    const store = new DatabaseSync(join(library, 'store.sqlite'));
    store.exec('PRAGMA foreign_keys = OFF; DELETE FROM vectors');
    store.close();
    const { code, stdout } = await vecino(['check', library]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/c: 1 record, \d+ problem/);
  });
});
