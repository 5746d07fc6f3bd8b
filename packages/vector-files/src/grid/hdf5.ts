/**
 * HDF5 as ann-benchmarks has it: datasets `train`, `test`, `neighbors` and `distances`, and the attribute `distance`.
 *
 * The format is read by the HDF5 library itself, compiled to WebAssembly, which reads slices of files where they lie:
 * written in JavaScript there are readers of whole files only, and some data sets have several gigabytes.
 */
import { resolve } from 'node:path';
import type { Dataset, Entity, File } from 'h5wasm/node';
import type { Metric } from 'vecino';
import { empty, malformed } from '../faults.ts';
import { ByteFile } from './byte-file.ts';
import type { Grid } from './grid.ts';
import type { Numbers } from './number-type.ts';

type Hdf5 = typeof import('h5wasm/node');

const TRAIN = 'train';

/** What ann-benchmarks calls our metrics; others (hamming, jaccard) we do not have. */
const METRICS: ReadonlyMap<unknown, Metric> = new Map<unknown, Metric>([
  ['angular', 'cosine'],
  ['cosine', 'cosine'],
  ['euclidean', 'l2'],
  ['l2', 'l2'],
  ['dot', 'dot'],
  ['ip', 'dot'],
]);

export async function openHdf5(path: string, name: string | undefined): Promise<Grid> {
  const hdf5 = await loadHdf5();
  const file = await openFile(hdf5, path);
  try {
    const dataset = reading(path, () => findDataset(hdf5, file, path, name));
    const [rows = 0, columns = 0] = requireTwoAxes(path, dataset);
    return {
      path,
      format: 'hdf5',
      rows,
      columns,
      metric: reading(path, () => METRICS.get(file.attrs['distance']?.value)),
      read: async (first, count) =>
        reading(path, () => numbersOf(path, dataset.slice([[first, first + count], []]))),
      async [Symbol.asyncDispose]() {
        file.close();
      },
    };
  } catch (error) {
    file.close();
    throw error;
  }
}

/** The names of the datasets that have two axes. */
export async function gridsOfHdf5(path: string): Promise<readonly string[]> {
  const hdf5 = await loadHdf5();
  const file = await openFile(hdf5, path);
  try {
    return reading(path, () => namesOfGrids(hdf5, file));
  } finally {
    file.close();
  }
}

/** Two megabytes of WebAssembly that only those who read HDF5 load. */
async function loadHdf5(): Promise<Hdf5> {
  const hdf5 = await import('h5wasm/node');
  const library = await hdf5.ready;
  // Otherwise the library writes what is wrong to stderr, and answers handles that are none.
  library.activate_throwing_error_handler();
  return hdf5;
}

async function openFile(hdf5: Hdf5, path: string): Promise<File> {
  // Says whether there is such a file as for all others; the library would say it in its own words.
  const { size } = await using(path);
  if (size === 0) throw empty(path);
  return reading(path, () => new hdf5.File(resolve(path), 'r'));
}

async function using(path: string): Promise<{ readonly size: number }> {
  await using file = await ByteFile.open(path);
  return { size: file.size };
}

function findDataset(hdf5: Hdf5, file: File, path: string, wanted: string | undefined): Dataset {
  const grids = namesOfGrids(hdf5, file);
  const only = grids.length === 1 ? grids[0] : undefined;
  const name = wanted ?? (grids.includes(TRAIN) ? TRAIN : only);
  const found = name === undefined || !file.keys().includes(topOf(name)) ? null : file.get(name);
  if (found instanceof hdf5.Dataset) return found;
  throw malformed(path, {
    expected: wanted === undefined ? `a dataset "${TRAIN}", or only one` : `a dataset "${wanted}"`,
    received: grids.length === 0 ? 'none' : `the datasets ${grids.map((grid) => `"${grid}"`).join(', ')}`,
    remedy: grids.length === 0 ? 'give a file that has vectors' : 'name one of them',
  });
}

function topOf(name: string): string {
  return name.split('/').find((part) => part !== '') ?? '';
}

function namesOfGrids(hdf5: Hdf5, file: File): string[] {
  const isGrid = (entity: Entity | null) => entity instanceof hdf5.Dataset && entity.shape?.length === 2;
  return file.keys().filter((name) => isGrid(file.get(name)));
}

function requireTwoAxes(path: string, dataset: Dataset): readonly number[] {
  const shape = reading(path, () => dataset.shape) ?? [];
  if (shape.length !== 2) {
    throw malformed(path, {
      expected: 'a dataset of two axes (vectors, dimension)',
      received: `the shape (${shape.join(', ')})`,
      remedy: 'name another dataset; sparse and ragged ones are not vectors',
    });
  }
  if (shape.includes(0)) throw empty(path);
  return shape;
}

function numbersOf(path: string, read: unknown): Numbers {
  if (read instanceof BigInt64Array) return Float64Array.from(read, Number);
  if (read instanceof BigUint64Array) return Float64Array.from(read, Number);
  if (ArrayBuffer.isView(read) && !(read instanceof DataView)) return read as Numbers;
  throw malformed(path, {
    expected: 'a dataset of numbers',
    received: 'values of another type',
    remedy: 'name another dataset, or write it again as float32',
  });
}

/** What the library throws is a page of its calls; the last of them has the reason. */
function reading<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('HDF5-DIAG')) throw error;
    const reasons = [...error.message.matchAll(/^ +#\d+: .* in \w+\(\): (.+)$/gm)];
    throw malformed(path, {
      expected: 'a whole HDF5 file',
      received: reasons.at(-1)?.[1] ?? 'a file that the HDF5 library refuses',
      remedy: 'it is damaged, truncated or of another format: fetch or write it again',
    });
  }
}
