import {
  gridsOfHdf5,
  openVectorFile,
  readIntegerRows,
  readVectors,
  type VectorMatrix,
  vectorFormatOf,
} from '@vecino/vector-files';
import type { Metric } from 'vecino';
import { VecinoError } from 'vecino/errors';
import { seededRandom } from '../random.ts';

/** What to read, as the user says it. */
export interface FilesTask {
  /** The vectors, and where they are not in the same file, the queries and then their neighbours. */
  readonly files: readonly string[];
  readonly metric: 'l2' | 'cosine' | undefined;
  /** Rows at most. */
  readonly size: number;
  readonly queries: number;
  readonly seed: number;
}

export interface FileVectors {
  readonly metric: 'l2' | 'cosine';
  readonly dimension: number;
  readonly base: Float32Array;
  readonly queries: Float32Array;
  /** Numbers of the rows nearest to each query, as the file has them; undefined where it has none for these rows. */
  readonly neighbors: { readonly columns: number; readonly values: Int32Array } | undefined;
  /** Where the queries come from, in words. */
  readonly source: string;
}

/** Of rows that are set aside where no file has queries. */
const SHARE_OF_QUERIES = 0.1;
/** Fewer vectors tell engines apart by chance. */
const ROWS_MIN = 100;
const FILES_MAX = 3;

/**
 * Reads what is to be compared: an ann-benchmarks HDF5 alone, or vectors, queries and neighbours in files of their
 * own. Where there are no queries, rows drawn at random are set aside, which no engine then stores.
 */
export async function readFiles(task: FilesTask): Promise<FileVectors> {
  const [first, second, third] = task.files;
  if (first === undefined || task.files.length > FILES_MAX) throw wrongFiles(task.files.length);
  const given =
    vectorFormatOf(first) === 'hdf5' && second === undefined ? await readHdf5(first, task) : undefined;
  if (given) return given;
  const { matrix, isWhole, metric } = await readMatrix(first, task.size, task.metric);
  if (second === undefined) return { ...setAside(first, matrix, task), metric };
  const { matrix: queries } = await readMatrix(second, task.queries, metric);
  requireDimension(second, queries, matrix);
  const neighbors = third !== undefined && isWhole ? await readIntegerRows(third) : undefined;
  return {
    metric,
    dimension: matrix.dimension,
    base: matrix.vectors,
    queries: queries.vectors,
    neighbors,
    source: `${first}; queries of ${second}`,
  };
}

/** Undefined where the file has vectors, but no queries. */
async function readHdf5(path: string, task: FilesTask): Promise<FileVectors | undefined> {
  const grids = await gridsOfHdf5(path);
  if (!grids.includes('test')) return undefined;
  const { matrix, isWhole, metric } = await readMatrix(path, task.size, task.metric);
  const { matrix: queries } = await readMatrix(path, task.queries, metric, 'test');
  requireDimension(path, queries, matrix);
  const hasTruth = isWhole && grids.includes('neighbors');
  return {
    metric,
    dimension: matrix.dimension,
    base: matrix.vectors,
    queries: queries.vectors,
    neighbors: hasTruth ? await readIntegerRows(path, { dataset: 'neighbors' }) : undefined,
    source: `${path}; queries of its dataset test`,
  };
}

async function readMatrix(path: string, limit: number, metric: FilesTask['metric'], dataset?: string) {
  await using file = await openVectorFile(path, dataset === undefined ? {} : { dataset });
  const matrix = await readVectors(file, limit);
  const isWhole = file.count === undefined || file.count === matrix.count;
  return { matrix, isWhole, metric: metric ?? comparable(path, file.metric ?? 'cosine') };
}

function comparable(path: string, metric: Metric): 'l2' | 'cosine' {
  if (metric !== 'dot') return metric;
  throw new VecinoError(
    'METRIC_UNSUITED',
    `${path}: it is to be compared by inner product, which not all engines rank alike; give --metric cosine or l2`,
    { details: { file: path, metric } },
  );
}

/** So many rows drawn at random become queries; the others keep their order. */
function setAside(path: string, { count, dimension, vectors }: VectorMatrix, { queries, seed }: FilesTask) {
  if (count < ROWS_MIN) throw tooFew(path, count);
  const wanted = Math.min(queries, Math.floor(count * SHARE_OF_QUERIES));
  const random = seededRandom(seed);
  const chosen = new Set<number>();
  while (chosen.size < wanted) chosen.add(Math.floor(random() * count));
  const base = new Float32Array((count - wanted) * dimension);
  const asked = new Float32Array(wanted * dimension);
  let [stored, set] = [0, 0];
  for (let row = 0; row < count; row++) {
    const vector = vectors.subarray(row * dimension, (row + 1) * dimension);
    if (chosen.has(row)) asked.set(vector, set++ * dimension);
    else base.set(vector, stored++ * dimension);
  }
  const source = `${path}; ${wanted} of its vectors set aside as queries, which are easier than real ones`;
  return { dimension, base, queries: asked, neighbors: undefined, source };
}

function requireDimension(path: string, queries: VectorMatrix, base: VectorMatrix): void {
  if (queries.dimension === base.dimension) return;
  throw new VecinoError(
    'DIMENSION_MISMATCH',
    `${path}: queries have ${queries.dimension} dimensions, expected ${base.dimension} as the vectors; give queries of the same model`,
    { details: { file: path, expected: base.dimension, received: queries.dimension } },
  );
}

function tooFew(path: string, received: number): VecinoError {
  return new VecinoError(
    'RECORDS_TOO_FEW',
    `${path}: there are ${received} vectors, expected ${ROWS_MIN} at least; compare engines on more of them`,
    { details: { file: path, expected: ROWS_MIN, received } },
  );
}

function wrongFiles(received: number): VecinoError {
  return new VecinoError(
    'OPTION_INVALID',
    `${received} files are given, expected one to ${FILES_MAX}: the vectors, their queries and the neighbours of those`,
    { details: { expected: FILES_MAX, received } },
  );
}
