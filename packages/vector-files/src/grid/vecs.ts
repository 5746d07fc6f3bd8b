/**
 * The files of TEXMEX's data sets (SIFT1M and others): each row is its dimension, a 32-bit integer, and as many
 * numbers, all with the least byte first: floats (.fvecs), bytes (.bvecs) or 32-bit integers (.ivecs).
 */
import { empty, malformed, truncated } from '../faults.ts';
import { type ByteFile, keeping } from './byte-file.ts';
import type { Grid } from './grid.ts';
import { decodeNumbers, type Numbers, type NumberType } from './number-type.ts';

export type VecsFormat = 'fvecs' | 'bvecs' | 'ivecs';

const TYPES: Readonly<Record<VecsFormat, NumberType>> = {
  fvecs: { kind: 'float', bytes: 4, isBigEndian: false },
  bvecs: { kind: 'unsigned', bytes: 1, isBigEndian: false },
  ivecs: { kind: 'signed', bytes: 4, isBigEndian: false },
};

const HEAD_BYTES = 4;
/** Beyond what any model makes; a larger number means that the file is something else. */
const DIMENSION_MAX = 1 << 20;

export function openVecs(path: string, format: VecsFormat): Promise<Grid> {
  return keeping(path, async (file) => {
    if (file.size === 0) throw empty(path);
    const type = TYPES[format];
    const columns = (await file.read(0, HEAD_BYTES)).readInt32LE(0);
    if (columns < 1 || columns > DIMENSION_MAX) throw wrongDimension(path, format, columns);
    const rowBytes = HEAD_BYTES + columns * type.bytes;
    const rows = Math.ceil(file.size / rowBytes);
    // A row of another dimension is found where it is read; here only an end that no row has.
    if (file.size % rowBytes !== 0) await explainRest(file, rows, rowBytes, columns);
    return {
      path,
      format,
      rows,
      columns,
      metric: undefined,
      read: async (first, count) => {
        const bytes = await file.read(first * rowBytes, count * rowBytes);
        return numbersOf(path, bytes, { first, count, columns, rowBytes, type });
      },
      [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
    };
  });
}

interface Rows {
  readonly first: number;
  readonly count: number;
  readonly columns: number;
  readonly rowBytes: number;
  readonly type: NumberType;
}

/** The numbers without the dimensions between, each of which must be the first row's. */
function numbersOf(path: string, bytes: Buffer<ArrayBuffer>, rows: Rows): Numbers {
  const { first, count, columns, rowBytes, type } = rows;
  const dataBytes = rowBytes - HEAD_BYTES;
  const packed = new Uint8Array(count * dataBytes);
  for (let row = 0; row < count; row++) {
    const from = row * rowBytes;
    const dimension = bytes.readInt32LE(from);
    if (dimension !== columns) throw ragged(path, first + row, columns, dimension);
    packed.set(bytes.subarray(from + HEAD_BYTES, from + rowBytes), row * dataBytes);
  }
  return decodeNumbers(packed, type);
}

/** Throws what an end means that is not the end of a row: a row of another dimension before it, or a missing part. */
async function explainRest(file: ByteFile, rows: number, rowBytes: number, columns: number): Promise<never> {
  const { path, size } = file;
  const headAt = async (row: number) => {
    const isThere = row * rowBytes + HEAD_BYTES <= size;
    return isThere ? (await file.read(row * rowBytes, HEAD_BYTES)).readInt32LE(0) : columns;
  };
  // Heads are right before the first wrong row, and behind it right by chance only.
  let right = 0;
  let wrong = rows;
  while (wrong - right > 1) {
    const middle = (right + wrong) >>> 1;
    if ((await headAt(middle)) === columns) right = middle;
    else wrong = middle;
  }
  if (wrong < rows) throw ragged(path, wrong, columns, await headAt(wrong));
  throw truncated(path, rows * rowBytes, size);
}

function ragged(path: string, row: number, columns: number, received: number) {
  return malformed(path, {
    row,
    expected: `a vector of ${columns} dimensions as before`,
    received: `the dimension ${received}`,
    remedy: 'all rows have one dimension: the file is damaged or of another format',
  });
}

function wrongDimension(path: string, format: VecsFormat, received: number) {
  return malformed(path, {
    byte: 0,
    expected: `the dimension of the first vector, 1 to ${DIMENSION_MAX}`,
    received: `${received}`,
    remedy: `this is no .${format} file: give the format that it has`,
  });
}
