/**
 * Protocol Buffers' wire format, as much of it as an ONNX file needs: varints, 32-bit floats and
 * length-delimited fields (protobuf.dev/programming-guides/encoding). A message is the concatenation
 * of its fields, so that messages nest by being the bytes of a field.
 */

const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;

const textEncoder = new TextEncoder();

export function message(...fields: readonly (Uint8Array | readonly Uint8Array[])[]): Uint8Array {
  const parts = fields.flat();
  const bytes = new Uint8Array(parts.reduce((total, part) => total + part.byteLength, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.byteLength;
  }
  return bytes;
}

export function integerField(number: number, value: number): Uint8Array {
  return message(tag(number, VARINT), varint(BigInt(value)));
}

export function floatField(number: number, value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return message(tag(number, FIXED_32), bytes);
}

/** Bytes, or the bytes of a nested message. */
export function bytesField(number: number, bytes: Uint8Array): Uint8Array {
  return message(tag(number, LENGTH_DELIMITED), varint(BigInt(bytes.byteLength)), bytes);
}

export function stringField(number: number, text: string): Uint8Array {
  return bytesField(number, textEncoder.encode(text));
}

function tag(number: number, wireType: number): Uint8Array {
  return varint(BigInt((number << 3) | wireType));
}

/** Seven bits a byte, lowest first; a negative number is its 64-bit two's complement. */
function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest === 0n ? low : low | 0x80);
  } while (rest !== 0n);
  return Uint8Array.from(bytes);
}
