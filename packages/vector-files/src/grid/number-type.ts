/** How a number is stored. */
export interface NumberType {
  readonly kind: 'float' | 'signed' | 'unsigned';
  readonly bytes: 1 | 2 | 4 | 8;
  readonly isBigEndian: boolean;
}

/** Numbers as they are: exact, but for integers beyond 2^53. */
export type Numbers =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array;

/** Reads numbers of a buffer of their own, which may be changed: bytes are swapped where they lie. */
export function decodeNumbers(bytes: Uint8Array<ArrayBuffer>, type: NumberType): Numbers {
  if (type.isBigEndian) swapBytes(bytes, type.bytes);
  const { buffer, byteOffset, byteLength } = bytes;
  const count = byteLength / type.bytes;
  switch (`${type.kind} ${type.bytes}` as const) {
    case 'float 2':
      return halfFloats(new Uint16Array(buffer, byteOffset, count));
    case 'float 4':
      return new Float32Array(buffer, byteOffset, count);
    case 'float 8':
      return new Float64Array(buffer, byteOffset, count);
    case 'signed 1':
      return new Int8Array(buffer, byteOffset, count);
    case 'signed 2':
      return new Int16Array(buffer, byteOffset, count);
    case 'signed 4':
      return new Int32Array(buffer, byteOffset, count);
    case 'signed 8':
      return Float64Array.from(new BigInt64Array(buffer, byteOffset, count), Number);
    case 'unsigned 2':
      return new Uint16Array(buffer, byteOffset, count);
    case 'unsigned 4':
      return new Uint32Array(buffer, byteOffset, count);
    case 'unsigned 8':
      return Float64Array.from(new BigUint64Array(buffer, byteOffset, count), Number);
    default:
      return bytes;
  }
}

/** The same numbers as 32-bit floats, copied only where they are others. */
export function asFloats(numbers: Numbers): Float32Array {
  return numbers instanceof Float32Array ? numbers : Float32Array.from(numbers);
}

function swapBytes(bytes: Uint8Array<ArrayBuffer>, width: NumberType['bytes']): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (width === 2) buffer.swap16();
  else if (width === 4) buffer.swap32();
  else if (width === 8) buffer.swap64();
}

/** Node has 16-bit floats from version 24 on, and we run from 22 on: so all 65,536 of them are looked up. */
let halves: Float32Array | undefined;

function halfFloats(words: Uint16Array): Float32Array {
  halves ??= Float32Array.from({ length: 1 << 16 }, (_, word) => halfFloat(word));
  const table = halves;
  return Float32Array.from(words, (word) => table[word] ?? 0);
}

/** IEEE 754 binary16: sign, 5 bits of exponent, 10 of fraction. */
function halfFloat(word: number): number {
  const sign = word & 0x8000 ? -1 : 1;
  const exponent = (word >> 10) & 31;
  const fraction = word & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
