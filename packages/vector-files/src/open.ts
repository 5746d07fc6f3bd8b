import { VecinoError } from 'vecino/errors';
import { type OptionSpecs, readOptions } from 'vecino/options';
import { malformed } from './faults.ts';
import { requireFormat, VECTOR_FORMATS, type VectorFormat } from './format.ts';
import { type Grid, gridFile } from './grid/grid.ts';
import { openHdf5 } from './grid/hdf5.ts';
import { openNpy } from './grid/npy.ts';
import { openVecs } from './grid/vecs.ts';
import { openJsonl } from './table/jsonl.ts';
import { openParquet } from './table/parquet.ts';
import type { RowFields, VectorFile, VectorFileOptions } from './vector-file.ts';

const OPTIONS = {
  format: { kind: 'choice', values: VECTOR_FORMATS, about: 'Default by the extension.' },
  dataset: { kind: 'opaque', about: 'Which dataset of an HDF5.' },
  fields: { kind: 'opaque', about: 'Which columns or keys are what.' },
} as const satisfies OptionSpecs;

const FIELDS = {
  id: { kind: 'opaque', about: 'The one that holds the id.' },
  vector: { kind: 'opaque', about: 'The one that holds the vector.' },
  document: { kind: 'opaque', about: 'The one that holds the text.' },
  metadata: { kind: 'opaque', about: 'Those that become metadata.' },
} as const satisfies OptionSpecs;

/**
 * Opens a file of vectors and reads its header.
 *
 * @throws VecinoError `INPUT_UNREADABLE` where there is none, `INPUT_MALFORMED` where it is empty, truncated, damaged,
 *   of another format or without vectors, `OPTION_INVALID` where nothing tells the format.
 *
 * @example
 * ```ts
 * await using file = await openVectorFile('glove.hdf5');
 * for await (const rows of file.batches()) await words.upsert(rows.map(({ vector }, i) => ({ id: `${i}`, vector })));
 * ```
 */
export async function openVectorFile(path: string, options?: VectorFileOptions): Promise<VectorFile> {
  const { format: given, dataset, fields = {} } = readFileOptions(path, options);
  const format = requireFormat(path, given, VECTOR_FORMATS);
  switch (format) {
    case 'parquet':
      return openParquet(path, fields);
    case 'jsonl':
      return openJsonl(path, fields);
    default:
      return gridFile(await openGrid(path, format, dataset));
  }
}

/** Rows of integers, such as the ground truth of a benchmark: `.ivecs`, `.npy`, or a dataset of an HDF5. */
export async function readIntegerRows(
  path: string,
  options?: Pick<VectorFileOptions, 'format' | 'dataset'>,
): Promise<{ readonly count: number; readonly columns: number; readonly values: Int32Array }> {
  const { format: given, dataset } = readFileOptions(path, options);
  const format = requireFormat(path, given, GRID_FORMATS);
  await using grid = await openGrid(path, format, dataset);
  const { rows: count, columns } = grid;
  const values = await grid.read(0, count);
  values.forEach((value, i) => {
    if (Math.trunc(value) !== value || Math.abs(value) > 2 ** 31)
      throw notInteger(path, Math.floor(i / columns));
  });
  return { count, columns, values: Int32Array.from(values) };
}

const GRID_FORMATS = ['npy', 'fvecs', 'bvecs', 'ivecs', 'hdf5'] as const satisfies readonly VectorFormat[];

function openGrid(
  path: string,
  format: (typeof GRID_FORMATS)[number],
  dataset: string | undefined,
): Promise<Grid> {
  if (dataset !== undefined && format !== 'hdf5') {
    throw new VecinoError('OPTION_INVALID', `${path}: only an HDF5 has datasets; leave out "${dataset}"`, {
      details: { file: path, option: 'dataset' },
    });
  }
  if (format === 'hdf5') return openHdf5(path, dataset);
  return format === 'npy' ? openNpy(path) : openVecs(path, format);
}

function readFileOptions(path: string, options: VectorFileOptions | undefined): VectorFileOptions {
  const read = readOptions<VectorFileOptions>(path, OPTIONS, options);
  const fields = readOptions<RowFields>(`${path}: fields`, FIELDS, read.fields);
  requireText(path, 'dataset', read.dataset);
  for (const role of ['id', 'vector', 'document'] as const) requireText(path, `fields.${role}`, fields[role]);
  const { metadata } = fields;
  if (metadata !== undefined) {
    if (!Array.isArray(metadata)) throw wrongOption(path, 'fields.metadata', 'an array of names');
    for (const name of metadata) requireText(path, 'fields.metadata', name);
  }
  return { ...read, fields };
}

function requireText(path: string, option: string, value: unknown): void {
  if (value === undefined || (typeof value === 'string' && value !== '')) return;
  throw wrongOption(path, option, 'a name');
}

function wrongOption(path: string, option: string, expected: string): VecinoError {
  return new VecinoError('OPTION_INVALID', `${path}: option "${option}" is expected to be ${expected}`, {
    details: { option, expected },
  });
}

function notInteger(path: string, row: number): VecinoError {
  const remedy = 'give the file or dataset that has the numbers of the neighbours';
  return malformed(path, { row, expected: 'integers', received: 'other numbers', remedy });
}
