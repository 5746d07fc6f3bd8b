import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../temporary-folder.ts';
import { COMMANDS_TIMEOUT_MS, vecino, vecinoJson } from './command-line.ts';

vi.setConfig({ testTimeout: COMMANDS_TIMEOUT_MS });

/** Files that NumPy, h5py and pyarrow wrote. */
function fixture(name: string): string {
  return fileURLToPath(new URL(`../../../vector-files/test/fixtures/${name}`, import.meta.url));
}

interface RefusedRun {
  readonly code: number | null;
  readonly error: { readonly code: string; readonly message: string };
}

async function refused(...args: readonly string[]): Promise<RefusedRun> {
  const { code, stderr } = await vecino([...args, '--json']);
  return { code, ...(JSON.parse(stderr) as { error: RefusedRun['error'] }) };
}

describe('import of files of vectors', () => {
  it('gives rows their number as id where it is asked for', async () => {
    const library = join(temporaryFolder(), 'library');
    const importing = [
      'import',
      library,
      'numbers',
      fixture('float16-big.npy'),
      '--row-ids',
      '--metric',
      'l2',
    ];
    expect(await vecinoJson(...importing)).toMatchObject({
      records: 5,
      files: [{ records: 5, before: false }],
    });
    expect(await vecinoJson('get', library, 'numbers', '0', '4', '--include', 'vector')).toMatchObject({
      records: [{ vector: [-2, -1.5, -1] }, { vector: [4, 4.5, 5] }],
    });
    const without = importing.filter((argument) => argument !== '--row-ids');
    expect(await vecinoJson(...without)).toMatchObject({ records: 10 });
  });

  it('takes a dataset of an HDF5', async () => {
    const importing = ['import', join(temporaryFolder(), 'library'), 'test', fixture('angular.hdf5')];
    expect(await vecinoJson(...importing, '--dataset', 'test')).toMatchObject({ records: 2 });
  });

  it('takes columns of a Parquet', async () => {
    const library = join(temporaryFolder(), 'library');
    const fields = ['--metadata-fields', 'year,tags', '--vector-field', 'embedding'];
    await vecinoJson('import', library, 'lists', fixture('lists.parquet'), ...fields);
    expect(await vecinoJson('get', library, 'lists', '1')).toMatchObject({
      records: [{ id: '1', document: 'a', metadata: { year: 1997, tags: ['x'] } }],
    });
  });

  it('names what is wrong with a file', async () => {
    const folder = temporaryFolder();
    const library = join(folder, 'library');
    const cut = join(folder, 'cut.npy');
    writeFileSync(cut, readFileSync(fixture('float32.npy')).subarray(0, 150));
    const { code, error } = await refused('import', library, 'a', cut);
    expect(code).toBe(2);
    expect(error.code).toBe('INPUT_MALFORMED');
    expect(error.message).toMatch(/cut\.npy: byte 150: expected 188 bytes.*truncated/);
    const piped = await refused('import', library, 'a', '-', '--format', 'npy');
    expect(piped.error.message).toMatch(/a pipe does not allow; save it as a file/);
  });
});

describe('export to files of vectors', () => {
  it('gives Parquet from which import makes the same records', async () => {
    const folder = temporaryFolder();
    const lines = [
      {
        id: 'a',
        document: 'é',
        metadata: { year: 1997, tags: ['x', null], deep: { x: true } },
        vector: [0.1, -0, 3],
      },
      { id: 'b', metadata: {}, vector: [1e-45, 2, 3], $expiresAt: '2199-01-01T00:00:00.000Z' },
      { $namespace: 'acme', id: 'a', metadata: { metadata: 'text' }, vector: [4, 5, 6] },
    ];
    const given = join(folder, 'given.jsonl');
    writeFileSync(given, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    const library = join(folder, 'library');
    const [table, first, second] = ['a.parquet', 'first.jsonl', 'second.jsonl'].map((name) =>
      join(folder, name),
    );
    await vecinoJson('import', library, 'a', given);
    expect(await vecinoJson('export', library, 'a', table ?? '')).toMatchObject({ records: 3, file: table });
    await vecinoJson('import', library, 'b', table ?? '');
    await vecinoJson('export', library, 'a', first ?? '');
    await vecinoJson('export', library, 'b', second ?? '');
    expect(readFileSync(second ?? '', 'utf8')).toBe(readFileSync(first ?? '', 'utf8'));
  });

  it('gives the vectors alone as .npy, and says so', async () => {
    const folder = temporaryFolder();
    const library = join(folder, 'library');
    await vecinoJson('import', library, 'a', fixture('float32.npy'), '--row-ids');
    const file = join(folder, 'a.npy');
    const { code, stderr } = await vecino(['export', library, 'a', file]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/vectors only, here in the order of the ids/);
    const written = readFileSync(file);
    expect(written.subarray(128)).toEqual(readFileSync(fixture('float32.npy')).subarray(128));
  });

  it('wants a file, and one of several named vectors', async () => {
    const folder = temporaryFolder();
    const library = join(folder, 'library');
    const lines = join(folder, 'a.jsonl');
    writeFileSync(lines, '{"id":"a","vectors":{"title":[1,2],"body":[1,2,3]}}\n');
    const vectors = '{"title":{"dimension":2},"body":{"dimension":3}}';
    await vecinoJson('import', library, 'a', lines, '--vectors', vectors);
    const none = await refused('export', library, 'a', join(folder, 'a.npy'));
    expect(none.error).toMatchObject({ code: 'FIELD_REQUIRED' });
    expect(none.error.message).toMatch(/give --field/);
    const chosen = join(folder, 'a.fvecs');
    await vecino(['export', library, 'a', chosen, '--field', 'body']);
    expect(readFileSync(chosen)).toEqual(Buffer.from(bytesOf([3, 1, 2, 3])));
    const piped = await refused('export', library, 'a', '--format', 'npy');
    expect(piped.error.message).toMatch(/name a file/);
  });
});

/** A dimension and its floats. */
function bytesOf([dimension = 0, ...numbers]: readonly number[]): Uint8Array {
  const words = Float32Array.of(0, ...numbers);
  new Int32Array(words.buffer)[0] = dimension;
  return new Uint8Array(words.buffer);
}
