import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../test/temporary-folder.ts';
import { gridsOfHdf5 } from './grid/hdf5.ts';
import { openVectorFile, readIntegerRows } from './open.ts';
import { readVectors } from './read-vectors.ts';
import type { VectorFileOptions, VectorRow } from './vector-file.ts';

/** Files that other programs wrote; test/make-fixtures.py says how. */
const FIXTURES = join(import.meta.dirname, '../test/fixtures');
const NUMBERS = Array.from({ length: 15 }, (_, i) => i - 4);
const HALVES = NUMBERS.map((number) => number / 2);

async function vectorsIn(path: string, options?: VectorFileOptions): Promise<number[]> {
  await using file = await openVectorFile(path, options);
  const { count, dimension, vectors } = await readVectors(file);
  expect(vectors).toHaveLength(count * dimension);
  return Array.from(vectors);
}

async function rowsIn(path: string, options?: VectorFileOptions, first?: number): Promise<VectorRow[]> {
  await using file = await openVectorFile(path, options);
  return (await Array.fromAsync(file.batches(first))).flat();
}

async function refusal(reading: Promise<unknown>): Promise<{ code: string; message: string }> {
  const error: unknown = await reading.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  expect(error).toMatchObject({ name: 'VecinoError' });
  return error as { code: string; message: string };
}

describe('files of NumPy', () => {
  it.each([
    ['float32.npy', HALVES],
    ['float16-big.npy', HALVES],
    ['float64-big.npy', HALVES],
    ['int64.npy', NUMBERS],
    ['uint8.npy', NUMBERS.map((number) => number + 4)],
  ])('%s is read', async (name, expected) => {
    await using file = await openVectorFile(join(FIXTURES, name));
    expect(file).toMatchObject({ format: 'npy', count: 5, dimension: 3 });
    expect(await vectorsIn(join(FIXTURES, name))).toEqual(expected);
  });

  it.each([
    ['fortran.npy', /C order.*Fortran order.*ascontiguousarray/],
    ['flat.npy', /two axes.*\(15\).*reshape/],
    ['complex.npy', /numbers.*<c8.*astype/],
  ])('%s is refused with a remedy', async (name, message) => {
    const { code, message: said } = await refusal(openVectorFile(join(FIXTURES, name)));
    expect(code).toBe('INPUT_MALFORMED');
    expect(said).toMatch(message);
  });
});

describe('files of ann-benchmarks', () => {
  const path = join(FIXTURES, 'angular.hdf5');

  it('have the vectors of a dataset, and name the metric', async () => {
    await using file = await openVectorFile(path);
    expect(file).toMatchObject({ format: 'hdf5', count: 5, dimension: 3, metric: 'cosine' });
    expect(await vectorsIn(path)).toEqual(HALVES);
    expect(await vectorsIn(path, { dataset: 'test' })).toEqual(HALVES.slice(0, 6));
  });

  it('have neighbours', async () => {
    expect(await readIntegerRows(path, { dataset: 'neighbors' })).toMatchObject({
      count: 2,
      columns: 2,
      values: Int32Array.of(0, 1, 1, 0),
    });
    const distances = await refusal(readIntegerRows(path, { dataset: 'distances' }));
    expect(distances.message).toMatch(/row 0: expected integers/);
  });

  it('are asked which datasets they have', async () => {
    expect(await gridsOfHdf5(path)).toEqual(['distances', 'neighbors', 'test', 'train']);
  });

  it('name the datasets there are where one is missing', async () => {
    const { message } = await refusal(openVectorFile(path, { dataset: 'base' }));
    expect(message).toMatch(/expected a dataset "base", found the datasets .*"train"/);
  });
});

describe('files of Parquet', () => {
  it('are rows with ids, texts and metadata', async () => {
    const metadata = ['year', 'seen', 'tags', 'author'];
    const rows = await rowsIn(join(FIXTURES, 'lists.parquet'), { fields: { metadata } });
    expect(rows).toHaveLength(5);
    expect(rows[0]).toEqual({
      id: '1',
      vector: Float32Array.from(HALVES.slice(0, 3)),
      document: 'a',
      metadata: {
        year: 1997,
        seen: '2026-01-02T03:04:05.000Z',
        tags: ['x'],
        author: { name: 'n', age: 3 },
      },
    });
    expect(rows[2]).not.toHaveProperty('document');
    expect(rows[4]?.metadata).not.toHaveProperty('year');
  });

  it('may have lists of a fixed length, and doubles', async () => {
    expect(await vectorsIn(join(FIXTURES, 'fixed.parquet'))).toEqual(HALVES);
  });

  it('are read from any row on', async () => {
    const fields = { metadata: [] };
    const rows = await rowsIn(join(FIXTURES, 'lists.parquet'), { fields }, 3);
    expect(rows.map(({ id }) => id)).toEqual(['4', '5']);
  });

  it('are refused where a column has no JSON', async () => {
    const { message } = await refusal(rowsIn(join(FIXTURES, 'lists.parquet')));
    expect(message).toMatch(/row 0: expected a value of JSON in "blob", found 2 bytes; name the fields/);
  });

  it('are refused with the row that is shorter', async () => {
    const { message } = await refusal(rowsIn(join(FIXTURES, 'ragged.parquet')));
    expect(message).toMatch(/row 1: expected a vector of 3 dimensions as before, found one of 2/);
  });

  it('are refused without the column that was named', async () => {
    const fields = { vector: 'vec' };
    const { message } = await refusal(openVectorFile(join(FIXTURES, 'lists.parquet'), { fields }));
    expect(message).toMatch(/expected a column "vec", found the columns "id", "embedding"/);
  });
});

describe('files of JSON lines', () => {
  it('are rows, whose texts may have any separator', async () => {
    const path = join(temporaryFolder(), 'rows.jsonl');
    writeFileSync(
      path,
      '\ufeff{"id":7,"vector":[1,2],"document":"a\u2028b","metadata":{"x":1}}\n\n{"id":"b"}\r\n',
    );
    expect(await rowsIn(path)).toEqual([
      { id: '7', vector: Float32Array.of(1, 2), document: 'a\u2028b', metadata: { x: 1 } },
      { id: 'b' },
    ]);
    expect((await refusal(vectorsIn(path))).message).toMatch(/row 1: expected a vector, found none/);
  });

  it('are read whole or as many rows as are wanted, though nothing tells how many there are', async () => {
    const path = join(temporaryFolder(), 'rows.jsonl');
    const rows = 3_000;
    writeFileSync(path, Array.from({ length: rows }, (_, row) => `{"vector":[${row},1]}\n`).join(''));
    await using file = await openVectorFile(path);
    const whole = await readVectors(file);
    expect(whole).toMatchObject({ count: rows, dimension: 2 });
    expect(whole.vectors.filter((_, i) => i % 2 === 0)).toEqual(
      Float32Array.from({ length: rows }, (_, row) => row),
    );
    expect((await readVectors(file, 3)).vectors).toEqual(Float32Array.of(0, 1, 1, 1, 2, 1));
  });

  it.each([
    ['{"vector":[1,2]}\n{"vector":[1]}\n', /row 1: expected a vector of 2 dimensions/],
    ['{"vector":[1,2]}\n{"vector":[1,', /row 1: expected a JSON object/],
    ['{"vector":[1,null]}\n', /row 0: expected numbers only in "vector", found nothing/],
    ['{"vector":"1,2"}\n', /row 0: expected a list of numbers in "vector", found a string/],
    ['{"vector":[1e300]}\n', /row 0: expected finite 32-bit floats/],
    ['', /at least one row/],
  ])('%j is refused', async (text, message) => {
    const path = join(temporaryFolder(), 'rows.jsonl');
    writeFileSync(path, text);
    const refused = await refusal(vectorsIn(path));
    expect(refused.code).toBe('INPUT_MALFORMED');
    expect(refused.message).toMatch(message);
  });
});

/** Whatever is cut off a file: an error that names it, and never fewer rows. */
describe.each(['float32.npy', 'angular.hdf5', 'lists.parquet', 'rows.fvecs', 'rows.bvecs'])(
  'a part of %s',
  (name) => {
    it('is refused, wherever the file is cut', async () => {
      const whole = name.startsWith('rows')
        ? VECS[name as keyof typeof VECS]
        : readFileSync(join(FIXTURES, name));
      const path = join(temporaryFolder(), name);
      const fields = { metadata: [] };
      const options = name.endsWith('.parquet') ? { fields } : {};
      writeFileSync(path, whole);
      expect((await rowsIn(path, options)).length).toBeGreaterThan(1);
      const step = Math.max(1, Math.floor(whole.length / 40));
      for (let length = 0; length < whole.length; length += step) {
        writeFileSync(path, whole.subarray(0, length));
        if (name.startsWith('rows') && length > 0 && length % (whole.length / 3) === 0) continue;
        const { code, message } = await refusal(rowsIn(path, options));
        expect(code, `${length} bytes`).toBe('INPUT_MALFORMED');
        expect(message).toContain(path);
      }
    });
  },
);

const VECS = {
  'rows.fvecs': Buffer.from(new Int32Array([2, 0, 1, 2, 0, 1, 2, 0, 1]).buffer),
  'rows.bvecs': Buffer.from([2, 0, 0, 0, 1, 2, 2, 0, 0, 0, 3, 4, 2, 0, 0, 0, 5, 6]),
};

describe('files of rows with their dimension', () => {
  it('are read: floats, bytes and integers', async () => {
    const folder = temporaryFolder();
    const floats = new Float32Array([0, 1.5, -2, 0, 3, 4]);
    const words = new Int32Array(floats.buffer);
    words[0] = words[3] = 2;
    writeFileSync(join(folder, 'a.fvecs'), new Uint8Array(floats.buffer));
    writeFileSync(join(folder, 'b.bvecs'), VECS['rows.bvecs']);
    writeFileSync(join(folder, 'c.ivecs'), new Uint8Array(Int32Array.of(2, 7, -1, 2, 1, 0).buffer));
    expect(await vectorsIn(join(folder, 'a.fvecs'))).toEqual([1.5, -2, 3, 4]);
    expect(await vectorsIn(join(folder, 'b.bvecs'))).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await readIntegerRows(join(folder, 'c.ivecs'))).toEqual({
      count: 2,
      columns: 2,
      values: Int32Array.of(7, -1, 1, 0),
    });
  });

  it('are refused with the row of another dimension', async () => {
    const path = join(temporaryFolder(), 'a.bvecs');
    writeFileSync(path, Buffer.from([2, 0, 0, 0, 1, 2, 3, 0, 0, 0, 1, 2, 3, 2, 0, 0, 0, 1, 2]));
    expect((await refusal(rowsIn(path))).message).toMatch(
      /row 1: expected a vector of 2 dimensions.*dimension 3/,
    );
  });

  it('are refused where they are something else', async () => {
    const path = join(temporaryFolder(), 'a.fvecs');
    writeFileSync(path, 'certainly no vectors');
    expect((await refusal(openVectorFile(path))).message).toMatch(/byte 0: expected the dimension/);
  });
});

describe('what cannot be opened', () => {
  it.each(['a.npy', 'a.fvecs', 'a.hdf5', 'a.parquet', 'a.jsonl'])('%s is not there', async (name) => {
    const { code, message } = await refusal(openVectorFile(join(temporaryFolder(), name)));
    expect(code).toBe('INPUT_UNREADABLE');
    expect(message).toMatch(/there is no such file/);
  });

  it('is a folder', async () => {
    const { code, message } = await refusal(openVectorFile(temporaryFolder(), { format: 'npy' }));
    expect(code).toBe('INPUT_UNREADABLE');
    expect(message).toMatch(/it is a folder/);
  });

  it('has no format by its name', async () => {
    const { code, message } = await refusal(openVectorFile('vectors.bin'));
    expect(code).toBe('OPTION_INVALID');
    expect(message).toMatch(/not told by the name, expected one of npy, fvecs/);
  });

  it.each([
    [{ formt: 'npy' }, 'OPTION_UNKNOWN', /did you mean "format"/],
    [{ format: 'npz' }, 'OPTION_INVALID', /expected one of npy/],
    [{ dataset: 'train' }, 'OPTION_INVALID', /only an HDF5 has datasets/],
    [{ dataset: 3 }, 'OPTION_INVALID', /expected to be a name/],
    [{ fields: { ids: 'a' } }, 'OPTION_UNKNOWN', /did you mean "id"/],
    [{ fields: { id: '' } }, 'OPTION_INVALID', /"fields.id" is expected to be a name/],
    [{ fields: { metadata: 'a' } }, 'OPTION_INVALID', /an array of names/],
  ])('has wrong options: %j', async (options, code, message) => {
    const opening = openVectorFile(join(FIXTURES, 'float32.npy'), options as VectorFileOptions);
    const refused = await refusal(opening);
    expect(refused.code).toBe(code);
    expect(refused.message).toMatch(message);
  });
});
