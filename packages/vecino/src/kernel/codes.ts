import type { VectorSpace } from './vector-space.ts';

/** What a node's code stands for in a range of codes; see `VectorSpace.writeCodeRange`. */
export function decode(
  space: VectorSpace,
  node: number,
  offset: number,
  scale: number,
  centre?: ArrayLike<number>,
): Float32Array {
  return Float32Array.from(
    codeOf(space, node),
    (code, dimension) => Math.fround(code / scale) + Math.fround(offset + (centre?.[dimension] ?? 0)),
  );
}

/** A node's code, a byte a dimension, put together from its halves; the order is that of `assembly/sq8.ts`. */
function codeOf(space: VectorSpace, node: number): Uint8Array {
  const { rows, rowBytes, highs, lows, halfBytes, floats } = space.layout;
  const bytes = space.memoryBytes;
  if (rowBytes > 0) {
    const row = space.nodeStart(node, rows, rowBytes);
    return bytes.slice(row, row + floats);
  }
  const high = space.nodeStart(node, highs, halfBytes);
  const low = space.nodeStart(node, lows, halfBytes);
  return Uint8Array.from({ length: floats }, (_, dimension) => {
    const byte = Math.floor(dimension / 32) * 16 + (dimension % 16);
    const shift = dimension % 32 < 16 ? 0 : 4;
    const highHalf = ((bytes[high + byte] ?? 0) >> shift) & 15;
    const lowHalf = ((bytes[low + byte] ?? 0) >> shift) & 15;
    return highHalf * 16 + lowHalf;
  });
}
