import { VecinoError } from 'vecino/errors';
import { type OptionSpecs, readOptions } from 'vecino/options';
import { requireFormat } from '../format.ts';
import type { VectorRow } from '../vector-file.ts';
import type { Encoder } from './encoder.ts';
import { fvecsEncoder } from './fvecs-encoder.ts';
import { npyEncoder } from './npy-encoder.ts';
import { parquetEncoder } from './parquet-encoder.ts';
import { type ByteSink, FileSink } from './sink.ts';

/**
 * The formats that are written; `npy` and `fvecs` have vectors only. JSON lines are what `vecino export` writes
 * without us.
 */
export const WRITTEN_FORMATS = ['npy', 'fvecs', 'parquet'] as const;
export type WrittenFormat = (typeof WRITTEN_FORMATS)[number];

export interface WriteOptions {
  /** Default by the extension of the name. */
  readonly format?: WrittenFormat;
  /** Length of every vector, 1 to 1,048,576. */
  readonly dimension: number;
  /** Parquet: keys of the metadata that become columns of texts of their own. Default none. */
  readonly textFields?: readonly string[];
}

const DIMENSION_MAX = 1 << 20;

const OPTIONS = {
  format: { kind: 'choice', values: WRITTEN_FORMATS, about: 'Default by the extension.' },
  dimension: { kind: 'integer', min: 1, max: DIMENSION_MAX, about: 'Length of every vector.' },
  textFields: { kind: 'opaque', about: 'Keys of the metadata that become columns of texts.' },
} as const satisfies OptionSpecs;

type Rows = AsyncIterable<readonly VectorRow[]> | Iterable<readonly VectorRow[]>;

/**
 * Writes rows to a file, which appears under its name when it is complete and on the disk; answers how many there were.
 *
 * @throws VecinoError `DIMENSION_MISMATCH` or `VECTOR_INVALID` where a row has another dimension or no vector,
 *   `OUTPUT_UNWRITABLE` or `DISK_FULL`; then no file is left behind.
 */
export async function writeVectorFile(path: string, rows: Rows, options: WriteOptions): Promise<number> {
  await using file = await FileSink.create(path);
  const written = await writeVectors(path, file, rows, options);
  await file.finish();
  return written;
}

/**
 * The same into a sink of the caller's.
 *
 * @param name for messages, and for the format where the options do not say it
 */
export async function writeVectors(
  name: string,
  sink: ByteSink,
  rows: Rows,
  options: WriteOptions,
): Promise<number> {
  const { format: given, dimension, textFields = [] } = readOptions<WriteOptions>(name, OPTIONS, options);
  if (dimension === undefined) throw noDimension(name);
  const format = requireFormat(name, given, WRITTEN_FORMATS);
  const encoder = await encoderOf(format, sink, dimension, textFields);
  const needsVectors = format === 'npy' || format === 'fvecs';
  let written = 0;
  for await (const batch of rows) {
    batch.forEach(({ vector }, i) => {
      if (vector === undefined ? needsVectors : vector.length !== dimension) {
        throw wrongVector(name, written + i, dimension, vector?.length);
      }
    });
    await encoder.write(batch);
    written += batch.length;
  }
  await encoder.finish();
  return written;
}

async function encoderOf(
  format: WrittenFormat,
  sink: ByteSink,
  dimension: number,
  textFields: readonly string[],
): Promise<Encoder> {
  switch (format) {
    case 'npy':
      return npyEncoder(sink, dimension);
    case 'fvecs':
      return fvecsEncoder(sink, dimension);
    case 'parquet':
      return parquetEncoder(sink, dimension, textFields);
  }
}

function wrongVector(
  name: string,
  row: number,
  dimension: number,
  received: number | undefined,
): VecinoError {
  const details = { file: name, row, expected: dimension, received };
  if (received === undefined) {
    return new VecinoError(
      'VECTOR_INVALID',
      `${name}: row ${row} has no vector, which this format needs; leave the row out, or write Parquet`,
      { details },
    );
  }
  return new VecinoError(
    'DIMENSION_MISMATCH',
    `${name}: the vector of row ${row} has ${received} dimensions, expected ${dimension} as all of the file`,
    { details },
  );
}

function noDimension(name: string): VecinoError {
  return new VecinoError('OPTION_INVALID', `${name}: option "dimension" is missing, expected a number`, {
    details: { option: 'dimension', expected: 'a number' },
  });
}
