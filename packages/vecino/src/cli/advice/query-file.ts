import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { ADVISE_QUERIES } from '../../api/advice.ts';
import type { VectorInput } from '../../api/record.ts';
import { VecinoError } from '../../base/errors.ts';
import { readingFailed } from '../import/input-file.ts';
import { isTable, type VectorRow, vectorFiles } from './vector-files.ts';

/** Where an ann-benchmarks HDF5 has its queries. */
const QUERIES_DATASET = 'test';
/** The field of a row that has a text, and that in which `eval` has its questions. */
const TEXT_FIELD = 'text';
const QUESTION_FIELD = 'question';

/**
 * The first queries of a file, as many as are asked: a line each of a `.txt`, the vectors or texts of JSON lines and
 * Parquet, the vectors of other formats, of an ann-benchmarks HDF5 those of its dataset `test`.
 */
export async function readQueryFile(
  path: string,
  vectorField: string | undefined,
): Promise<(VectorInput | string)[]> {
  return extname(path) === '.txt' ? readLines(path) : readRows(path, vectorField);
}

async function readLines(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw readingFailed(path, cause);
  });
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  return lines.slice(0, ADVISE_QUERIES.askedMax);
}

async function readRows(path: string, vectorField: string | undefined): Promise<(VectorInput | string)[]> {
  const { openVectorFile, vectorFormatOf } = await vectorFiles();
  const format = vectorFormatOf(path);
  const fields = { document: TEXT_FIELD, ...(vectorField !== undefined && { vector: vectorField }) };
  await using file = await openVectorFile(path, {
    ...(format === 'hdf5' && { dataset: QUERIES_DATASET }),
    ...(isTable(format) && { fields }),
  });
  const queries: (VectorInput | string)[] = [];
  for await (const rows of file.batches()) {
    for (const row of rows.slice(0, ADVISE_QUERIES.askedMax - queries.length)) {
      const query = queryOf(row);
      if (query === undefined) throw withoutQuery(path, queries.length + 1);
      queries.push(query);
    }
    if (queries.length === ADVISE_QUERIES.askedMax) break;
  }
  return queries;
}

function queryOf({ vector, document, metadata }: VectorRow): VectorInput | string | undefined {
  // A batch may be views of one array, which would be kept as a whole.
  if (vector) return vector.slice();
  if (document !== undefined) return document;
  const question = metadata?.[QUESTION_FIELD];
  return typeof question === 'string' ? question : undefined;
}

function withoutQuery(path: string, row: number): VecinoError {
  return new VecinoError(
    'INPUT_MALFORMED',
    `${path}: row ${row}: expected a vector, or a text in "${TEXT_FIELD}" or "${QUESTION_FIELD}", received neither; correct the row, or name the field of vectors with --vector-field`,
    { details: { file: path, row, expected: 'a vector or a text' } },
  );
}
