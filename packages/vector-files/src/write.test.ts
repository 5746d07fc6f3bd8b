import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../test/temporary-folder.ts';
import { openVectorFile } from './open.ts';
import type { VectorRow } from './vector-file.ts';
import { WRITTEN_FORMATS, writeVectorFile } from './write/write.ts';

const DIMENSION = 3;

const float = fc.float({ noNaN: true, noDefaultInfinity: true });
const row: fc.Arbitrary<VectorRow> = fc.record(
  {
    id: fc.string({ unit: 'grapheme' }),
    document: fc.string({ unit: 'grapheme' }),
    metadata: fc.dictionary(fc.constantFrom('a', 'b'), fc.jsonValue({ maxDepth: 1 }).filter(isPlain), {
      minKeys: 1,
    }) as fc.Arbitrary<NonNullable<VectorRow['metadata']>>,
    vector: fc
      .array(float, { minLength: DIMENSION, maxLength: DIMENSION })
      .map((numbers) => Float32Array.from(numbers)),
  },
  { requiredKeys: ['vector'] },
);

/** Null and absent are one, and JSON has no negative zero. */
function isPlain(value: unknown): boolean {
  return (
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    (Number.isSafeInteger(value) && !Object.is(value, -0))
  );
}

async function readBack(path: string): Promise<VectorRow[]> {
  await using file = await openVectorFile(path);
  return (await Array.fromAsync(file.batches())).flat();
}

describe.each(WRITTEN_FORMATS)('%s', (format) => {
  it('reads back what was written', async () => {
    const path = join(temporaryFolder(), `rows.${format}`);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(row, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 }),
        async (batches) => {
          const rows = batches.flat();
          expect(await writeVectorFile(path, batches, { dimension: DIMENSION })).toBe(rows.length);
          const onlyVectors = format === 'npy' || format === 'fvecs';
          const expected = onlyVectors ? rows.map(({ vector }) => ({ vector })) : rows;
          expect(await readBack(path)).toEqual(expected);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('leaves no file behind where a vector has another dimension', async () => {
    const folder = temporaryFolder();
    const rows = [[{ vector: Float32Array.of(1, 2, 3) }], [{ vector: Float32Array.of(1, 2) }]];
    await expect(
      writeVectorFile(join(folder, `a.${format}`), rows, { dimension: DIMENSION }),
    ).rejects.toMatchObject({
      code: 'DIMENSION_MISMATCH',
      details: { row: 1, expected: 3, received: 2 },
    });
    expect(readdirSync(folder)).toEqual([]);
  });
});

it('writes an .npy whose numbers begin at a multiple of 64', async () => {
  const path = join(temporaryFolder(), 'a.npy');
  await writeVectorFile(path, [[{ vector: Float32Array.of(1, 2, 3) }]], { dimension: 3 });
  const bytes = readFileSync(path);
  expect(bytes.length).toBe(128 + 12);
  expect(bytes.toString('latin1', 10, 128).trimEnd()).toBe(
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3), }",
  );
});

it.each([
  [{}, 'OPTION_INVALID'],
  [{ dimension: 0 }, 'OPTION_OUT_OF_RANGE'],
  [{ dimension: 3, format: 'hdf5' }, 'OPTION_INVALID'],
  [{ dimension: 3, fromat: 'npy' }, 'OPTION_UNKNOWN'],
])('refuses wrong options: %j', async (options, code) => {
  const path = join(temporaryFolder(), 'a.npy');
  await expect(writeVectorFile(path, [], options as never)).rejects.toMatchObject({ code });
});

it('refuses rows without a vector where a format has nothing else', async () => {
  const path = join(temporaryFolder(), 'a.npy');
  await expect(writeVectorFile(path, [[{ id: 'a' }]], { dimension: 3 })).rejects.toMatchObject({
    code: 'VECTOR_INVALID',
    message: expect.stringMatching(/row 0 has no vector.*write Parquet/),
  });
});

it('names the folder that is missing', async () => {
  const path = join(temporaryFolder(), 'none', 'a.npy');
  await expect(writeVectorFile(path, [], { dimension: 3 })).rejects.toMatchObject({
    code: 'OUTPUT_UNWRITABLE',
  });
});
