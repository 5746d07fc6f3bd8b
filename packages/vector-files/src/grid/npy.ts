/**
 * NumPy's format of one array, versions 1 to 3: a magic, the length of a header, the header (a literal of Python
 * with `descr`, `fortran_order` and `shape`), and the numbers. As the NumPy Enhancement Proposal 1 has it.
 */
import { empty, malformed, truncated } from '../faults.ts';
import { type ByteFile, keeping } from './byte-file.ts';
import type { Grid } from './grid.ts';
import { decodeNumbers, type NumberType } from './number-type.ts';

const MAGIC = Buffer.from('\x93NUMPY', 'latin1');
/** Magic, version, and the longer of the two lengths of a header. */
const PREFIX_BYTES = 12;
/** NumPy itself refuses longer ones of files that it does not trust. */
const HEADER_BYTES_MAX = 10_000;

interface Header {
  readonly descr: string;
  readonly isFortran: boolean;
  readonly shape: readonly number[];
  /** Where the numbers begin. */
  readonly dataByte: number;
}

export function openNpy(path: string): Promise<Grid> {
  return keeping(path, async (file) => {
    const { descr, isFortran, shape, dataByte } = await readHeader(file);
    const type = numberType(path, descr);
    const [rows = 0, columns = 0] = shape;
    if (shape.length !== 2) throw wrongShape(path, shape);
    if (isFortran && rows > 1 && columns > 1) throw columnsFirst(path);
    if (rows === 0 || columns === 0) throw empty(path);
    const rowBytes = columns * type.bytes;
    if (file.size < dataByte + rows * rowBytes) throw truncated(path, dataByte + rows * rowBytes, file.size);
    return {
      path,
      format: 'npy',
      rows,
      columns,
      metric: undefined,
      read: async (first, count) =>
        decodeNumbers(await file.read(dataByte + first * rowBytes, count * rowBytes), type),
      [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
    };
  });
}

async function readHeader(file: ByteFile): Promise<Header> {
  const { path, size } = file;
  if (size === 0) throw empty(path);
  const prefix = await file.read(0, Math.min(PREFIX_BYTES, size));
  if (!prefix.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw malformed(path, {
      byte: 0,
      expected: 'the magic of an .npy file',
      received: 'other bytes',
      remedy: 'write it with numpy.save, or give the format that it has',
    });
  }
  if (size < PREFIX_BYTES) throw truncated(path, PREFIX_BYTES, size);
  const version = prefix.readUInt8(6);
  if (version < 1 || version > 3) {
    throw malformed(path, {
      byte: 6,
      expected: 'version 1, 2 or 3',
      received: `version ${version}`,
      remedy: 'write it with another version of numpy.save',
    });
  }
  const lengthBytes = version === 1 ? 2 : 4;
  const headerByte = 8 + lengthBytes;
  const length = version === 1 ? prefix.readUInt16LE(8) : prefix.readUInt32LE(8);
  if (length > HEADER_BYTES_MAX) throw badHeader(path, `a header of ${length} bytes`);
  const text = (await file.read(headerByte, length)).toString(version === 3 ? 'utf8' : 'latin1');
  return { ...parseHeader(path, text), dataByte: headerByte + length };
}

/** Three entries in any order, as Python prints them. */
function parseHeader(path: string, text: string): Omit<Header, 'dataByte'> {
  const descr = /'descr'\s*:\s*(?:'([^']*)'|(\[))/.exec(text);
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text);
  const shape = /'shape'\s*:\s*\(([\d\s,L]*)\)/.exec(text);
  if (!descr || !order || !shape) throw badHeader(path, 'something else');
  const axes = (shape[1] ?? '').split(',').filter((axis) => axis.trim() !== '');
  return {
    descr: descr[1] ?? 'several fields',
    isFortran: order[1] === 'True',
    shape: axes.map((axis) => Number.parseInt(axis, 10)),
  };
}

const KINDS: ReadonlyMap<string, NumberType['kind']> = new Map([
  ['f', 'float'],
  ['i', 'signed'],
  ['u', 'unsigned'],
]);

/** `<f4` is a float of four bytes, the least first; `|u1` needs no order. */
function numberType(path: string, descr: string): NumberType {
  const [, order, letter = '', width] = /^([<>|=])([a-zA-Z])(\d+)$/.exec(descr) ?? [];
  const kind = KINDS.get(letter);
  const bytes = ([1, 2, 4, 8] as const).find((one) => one === Number(width));
  if (kind !== undefined && bytes !== undefined && !(kind === 'float' && bytes === 1)) {
    return { kind, bytes, isBigEndian: order === '>' };
  }
  throw malformed(path, {
    expected: 'numbers (float16, float32, float64 or integers)',
    received: `the type ${descr}`,
    remedy: "convert it: numpy.save(name, array.astype('float32'))",
  });
}

function wrongShape(path: string, shape: readonly number[]) {
  return malformed(path, {
    expected: 'an array of two axes (vectors, dimension)',
    received: `the shape (${shape.join(', ')})`,
    remedy: 'reshape it: numpy.save(name, array.reshape(-1, dimension))',
  });
}

function columnsFirst(path: string) {
  return malformed(path, {
    expected: 'vectors one after the other (C order)',
    received: 'Fortran order, in which each vector is scattered over the file',
    remedy: 'write it again: numpy.save(name, numpy.ascontiguousarray(array))',
  });
}

function badHeader(path: string, received: string) {
  return malformed(path, {
    byte: 8,
    expected: 'a header with descr, fortran_order and shape',
    received,
    remedy: 'write it with numpy.save',
  });
}
