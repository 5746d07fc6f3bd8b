// The vectors themselves, in whichever form the index keeps them: floats of 32 bits, floats of 16 bits, or in
// the store only. Where they are on disk, the code stands in for the vector: its keys order like those of the
// walk, and the caller compares the best again by the vectors that it reads.

import { distance } from './distance';
import { keyOf } from './entry';
import { decoded, F16, floats, ON_DISK, originals, query, rowBytes, vectorAt, walkTarget } from './layout';
import { decodeRow, rowKey, rowTargetOfQuery } from './rows';
import { codeDistance, targetOfQuery } from './sq8';

/** Bits of exponent and fraction of a 16-bit float, moved to their place in one of 32 bits: off by this factor. */
const REBIAS: f32 = 5.192296858534828e33; // 2^112

/** Makes 16-bit floats into 32-bit ones; exact, subnormals included. Infinities are refused before they get here. */
export function widen(from: usize, to: usize): void {
  const magnitude = i32x4.splat(0x7fff);
  const sign = i32x4.splat(0x8000);
  const rebias = f32x4.splat(REBIAS);
  for (let i: usize = 0; i < floats; i += 4) {
    const half = v128.load16x4_u(from + (i << 1));
    const value = f32x4.mul(i32x4.shl(v128.and(half, magnitude), 13), rebias);
    v128.store(to + (i << 2), v128.or(value, i32x4.shl(v128.and(half, sign), 16)));
  }
}

/** A node's vector as 32-bit floats: where it lies, or a copy that lasts until the next call. */
@inline export function originalAt(node: u32): usize {
  if (originals != F16) return vectorAt(node);
  widen(vectorAt(node), decoded);
  return decoded;
}

/** The same; where vectors are on disk, what the code in one piece stands for. */
export function vectorOf(node: u32): usize {
  if (originals != ON_DISK) return originalAt(node);
  decodeRow(node, decoded);
  return decoded;
}

/** To be called once before `keyOfOriginal`, with the query in the lane. */
export function prepareOriginals(): void {
  if (originals != ON_DISK) return;
  if (rowBytes != 0) rowTargetOfQuery();
  else targetOfQuery();
}

/** The key of the exact distance from the lane's query to a node; of its code's where vectors are on disk. */
@inline export function keyOfOriginal(node: u32): u32 {
  if (originals == ON_DISK) return rowBytes != 0 ? rowKey(node) : codeDistance(walkTarget, node);
  return keyOf(distance(query, originalAt(node)));
}
