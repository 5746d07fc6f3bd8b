import type { VectorSource } from '../../advisor/source.ts';
import { ADVISE_OPTIONS } from '../../api/advice.ts';
import type { Filter } from '../../api/filter.ts';
import type { Metric } from '../../api/search.ts';
import { VecinoError } from '../../base/errors.ts';
import { seededRandom } from '../../base/random.ts';
import { passedBy, soundVector } from '../../engine/advise-source.ts';
import { isTable, vectorFiles } from './vector-files.ts';

/** Bytes of vectors that are kept of a larger file: more than a budget has time for. */
const KEPT_BYTES_MAX = 1 << 30;
const METRIC = 'cosine';
/** What the user says of a file of vectors. */
export interface FileFlags {
  readonly metric?: Metric;
  readonly seed?: number;
  readonly filter?: Filter;
  /** Of a table: the column or key that has the vector. */
  readonly vectorField?: string;
  /** Of an HDF5. */
  readonly dataset?: string;
}

/** The vectors of a file, and how many there are of them. */
export interface FileVectors {
  readonly source: VectorSource;
  readonly records: number;
}

/** Reads a file of vectors once, and keeps a fair sample where it is large (Vitter's reservoir, algorithm R, 1985). */
export async function readVectorFile(
  path: string,
  { metric, seed = ADVISE_OPTIONS.seed.default, filter, vectorField, dataset }: FileFlags,
): Promise<FileVectors> {
  const thing = `advise on ${path}`;
  const { openVectorFile, vectorFormatOf } = await vectorFiles();
  const passes = filter === undefined ? undefined : passedBy(thing, filter);
  if (passes && !isTable(vectorFormatOf(path))) throw withoutMetadata(path);
  await using file = await openVectorFile(path, {
    ...(vectorField !== undefined && { fields: { vector: vectorField } }),
    ...(dataset !== undefined && { dataset }),
  });
  const random = seededRandom(seed);
  const searchedBy = metric ?? file.metric ?? METRIC;
  const kept: { readonly vector: Float32Array; readonly matches: boolean }[] = [];
  let [row, records] = [-1, 0];
  for await (const rows of file.batches()) {
    for (const { vector: given, metadata = {} } of rows) {
      row += 1;
      if (!given) continue;
      // Refused here, where the row of the file is known. It is a copy: a batch may be views of one array, which would be
      // kept as a whole.
      const vector = soundVector(`${path}: row ${row}`, given, searchedBy);
      const most = Math.max(1, Math.floor(KEPT_BYTES_MAX / vector.byteLength));
      const place = records < most ? records : Math.floor(random() * (records + 1));
      if (place < most) kept[place] = { vector, matches: passes?.(metadata) ?? true };
      records += 1;
    }
  }
  if (records === 0) throw withoutVectors(path, vectorField);
  const source: VectorSource = {
    subject: path,
    thing,
    dimension: file.dimension ?? kept[0]?.vector.length ?? 1,
    metric: searchedBy,
    records: kept.length,
    isFiltered: passes !== undefined,
    recall: undefined,
    recorded: [],
    read: async (ordinals) => Array.from(ordinals, (ordinal) => kept[ordinal]),
  };
  return { source, records };
}

function withoutVectors(path: string, field = 'vector'): VecinoError {
  return new VecinoError(
    'INPUT_MALFORMED',
    `${path}: no row has a vector in "${field}", expected one in each; name the field that has them with --vector-field`,
    { details: { file: path, expected: 'vectors', received: 'none' } },
  );
}

function withoutMetadata(path: string): VecinoError {
  return new VecinoError(
    'OPTION_INVALID',
    `advise: --filter reads metadata, and "${path}" has vectors only; give a file of JSON lines or a Parquet, or a collection`,
    { details: { option: 'filter', expected: 'a file with metadata', received: path } },
  );
}
