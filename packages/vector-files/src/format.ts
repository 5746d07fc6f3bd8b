import { extname } from 'node:path';
import { VecinoError } from 'vecino/errors';

/** The formats that are read. */
export const VECTOR_FORMATS = ['npy', 'fvecs', 'bvecs', 'ivecs', 'hdf5', 'parquet', 'jsonl'] as const;
export type VectorFormat = (typeof VECTOR_FORMATS)[number];

const FORMAT_OF_EXTENSION: ReadonlyMap<string, VectorFormat> = new Map([
  ['.npy', 'npy'],
  ['.fvecs', 'fvecs'],
  ['.bvecs', 'bvecs'],
  ['.ivecs', 'ivecs'],
  ['.hdf5', 'hdf5'],
  ['.h5', 'hdf5'],
  ['.parquet', 'parquet'],
  ['.jsonl', 'jsonl'],
  ['.ndjson', 'jsonl'],
]);

/** The format that a file's name tells; undefined where it tells none. */
export function vectorFormatOf(path: string): VectorFormat | undefined {
  return FORMAT_OF_EXTENSION.get(extname(path).toLowerCase());
}

/** The same where there must be one; `OPTION_INVALID` where the name tells none. */
export function requireFormat<T extends VectorFormat>(
  path: string,
  given: VectorFormat | undefined,
  known: readonly T[],
): T {
  const format = given ?? vectorFormatOf(path);
  const found = known.find((one) => one === format);
  if (found !== undefined) return found;
  throw new VecinoError(
    'OPTION_INVALID',
    `${path}: the format is ${format === undefined ? 'not told by the name' : `"${format}"`}, expected one of ${known.join(', ')}; rename the file or give the format`,
    { details: { file: path, expected: known, received: format } },
  );
}
