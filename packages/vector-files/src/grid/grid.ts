import type { Metric } from 'vecino';
import type { VectorFormat } from '../format.ts';
import type { VectorFile, VectorRow } from '../vector-file.ts';
import { asFloats, type Numbers } from './number-type.ts';

/** Rows of equally many numbers that can be read from anywhere: what NumPy, fvecs and HDF5 files are. */
export interface Grid extends AsyncDisposable {
  readonly path: string;
  readonly format: VectorFormat;
  readonly rows: number;
  readonly columns: number;
  readonly metric: Metric | undefined;
  /** `count` rows from number `first` on, all of which there must be, one after the other. */
  read(first: number, count: number): Promise<Numbers>;
}

/** Large enough that a read costs little beside its bytes, small enough to be no matter of memory. */
const BATCH_BYTES = 1 << 20;
const BYTES_OF_FLOAT = 4;

/** A grid whose rows are vectors. */
export function gridFile(grid: Grid): VectorFile {
  const { path, format, rows: count, columns: dimension, metric } = grid;
  return {
    path,
    format,
    count,
    dimension,
    metric,
    batches: (first = 0) => batchesOf(grid, first),
    [Symbol.asyncDispose]: () => grid[Symbol.asyncDispose](),
  };
}

async function* batchesOf(grid: Grid, from: number): AsyncGenerator<readonly VectorRow[]> {
  const { columns, rows } = grid;
  const atOnce = Math.max(1, Math.floor(BATCH_BYTES / (columns * BYTES_OF_FLOAT)));
  for (let first = from; first < rows; first += atOnce) {
    const count = Math.min(atOnce, rows - first);
    const numbers = asFloats(await grid.read(first, count));
    yield Array.from({ length: count }, (_, row) => ({
      vector: numbers.subarray(row * columns, (row + 1) * columns),
    }));
  }
}
