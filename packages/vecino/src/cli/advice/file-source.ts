import type { VectorSource } from '../../advisor/source.ts';
import type { VectorInput } from '../../api/record.ts';
import type { Metric } from '../../api/search.ts';
import { seededRandom } from '../../base/random.ts';
import { requireVectorFiles } from '../import/vector-file-rows.ts';

/** What is used of that package. */
interface VectorFiles {
  vectorFormatOf(path: string): string | undefined;
  openVectorFile(path: string, options?: { readonly dataset?: string }): Promise<VectorFile>;
  readVectors(file: VectorFile, limit?: number): Promise<VectorMatrix>;
}

interface VectorFile extends AsyncDisposable {
  readonly dimension: number | undefined;
  readonly metric: Metric | undefined;
  batches(): AsyncIterable<readonly { readonly vector?: Float32Array }[]>;
}

interface VectorMatrix {
  readonly count: number;
  readonly dimension: number;
  readonly vectors: Float32Array;
}

/** Bytes of vectors that are kept of a larger file: more than a budget has time for. */
const KEPT_BYTES_MAX = 1 << 30;
const METRIC = 'cosine';
/** Where an ann-benchmarks HDF5 has its queries. */
const QUERIES_DATASET = 'test';

/** The vectors of a file, and how many there are of them. */
export interface FileVectors {
  readonly source: VectorSource;
  readonly records: number;
}

/** Reads a file of vectors once, and keeps a fair sample where it is large (Vitter's reservoir, algorithm R, 1985). */
export async function readVectorFile(
  path: string,
  metric: Metric | undefined,
  seed: number,
): Promise<FileVectors> {
  const { openVectorFile } = await vectorFiles();
  await using file = await openVectorFile(path);
  const random = seededRandom(seed);
  const kept: Float32Array[] = [];
  let records = 0;
  for await (const rows of file.batches()) {
    for (const { vector } of rows) {
      if (!vector) continue;
      const most = Math.max(1, Math.floor(KEPT_BYTES_MAX / vector.byteLength));
      const place = records < most ? records : Math.floor(random() * (records + 1));
      // A batch may be views of one array, which would be kept as a whole.
      if (place < most) kept[place] = vector.slice();
      records += 1;
    }
  }
  const source: VectorSource = {
    subject: path,
    thing: `advise on ${path}`,
    dimension: file.dimension ?? kept[0]?.length ?? 1,
    metric: metric ?? file.metric ?? METRIC,
    records: kept.length,
    isFiltered: false,
    recall: undefined,
    recorded: [],
    read: async (ordinals) =>
      Array.from(ordinals, (ordinal) => {
        const vector = kept[ordinal];
        return vector && { vector, matches: true };
      }),
  };
  return { source, records };
}

/** Queries from a file; those of an ann-benchmarks HDF5 are its dataset `test`. */
export async function readQueryFile(path: string): Promise<VectorInput[]> {
  const { openVectorFile, readVectors, vectorFormatOf } = await vectorFiles();
  const isHdf5 = vectorFormatOf(path) === 'hdf5';
  await using file = await openVectorFile(path, isHdf5 ? { dataset: QUERIES_DATASET } : {});
  const { count, dimension, vectors } = await readVectors(file, 500);
  return Array.from({ length: count }, (_, i) => vectors.subarray(i * dimension, (i + 1) * dimension));
}

async function vectorFiles(): Promise<VectorFiles> {
  return (await requireVectorFiles('advise')) as unknown as VectorFiles;
}
