// Product quantisation (Jégou, Douze and Schmid, "Product quantization for nearest neighbor search", TPAMI 2011):
// a residual is cut into sub-vectors, each of which is coded by the nearest of 16 or 256 codewords of its own.
//
// The codewords of a sub-quantizer are kept dimension by dimension, so that four of them are compared at a time
// whatever the width, and the table of a query is made by the same walk. Each distance is marked with the number of
// its codeword in its lowest bits, so that the smallest number names the nearest.

import { madd } from '../distance';
import { listVectorOf } from './project';
import {
  centroidAt, codebookAt, codewords, endOf, extra, firstOf, placeAt, projection, residual, width, wordCounts,
  wordSums,
} from './layout';
import { randomOf } from './random';

const NUMBERS: usize = memory.data<u32>([0, 1, 2, 3], 16);

/** The codeword of a sub-quantizer that is nearest to the sub-vector that begins at `from`. */
export function nearestCodeword(subspace: u32, from: usize): u32 {
  const book = codebookAt(subspace);
  const dimensions = endOf(subspace) - firstOf(subspace);
  const stride = <usize>codewords << 2;
  const mask = i32x4.splat(~(codewords - 1));
  const four = i32x4.splat(4);
  let numbers = v128.load(NUMBERS);
  let least = i32x4.splat(-1);
  for (let group: usize = 0; group < stride; group += 16) {
    let far = f32x4.splat(0);
    let at = book + group;
    for (let i: u32 = 0; i < dimensions; i++) {
      const miss = f32x4.sub(v128.load32_splat(from + (<usize>i << 2)), v128.load(at));
      far = madd(miss, miss, far);
      at += stride;
    }
    least = i32x4.min_u(least, v128.or(v128.and(far, mask), numbers));
    numbers = i32x4.add(numbers, four);
  }
  least = i32x4.min_u(least, i8x16.shuffle(least, least, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  return min<u32>(i32x4.extract_lane(least, 0), i32x4.extract_lane(least, 1)) & (codewords - 1);
}

/** Writes the sub-vector that a node of the sample has in a subspace to the lane's residual. */
@inline function subResidual(node: u32, subspace: u32): void {
  const first = firstOf(subspace);
  const end = endOf(subspace);
  const vector = listVectorOf(node);
  const centroid = centroidAt(load<u32>(placeAt(node)));
  for (let i = first; i < end; i++) {
    const value = load<f32>(vector + (<usize>i << 2));
    const rest = projection == 0 && i == extra ? <f32>0 : value - load<f32>(centroid + (<usize>i << 2));
    store<f32>(residual + (<usize>(i - first) << 2), rest);
  }
}

/**
 * Learns the codewords of one sub-quantizer from residuals of the sample, whose nodes know their lists. Without rounds
 * they are the corners of a cube, so that a code is the signs of the residual: RaBitQ's (see `codes.ts`).
 */
export function learnCodewords(subspace: u32, sample: u32, rounds: u32): void {
  if (rounds == 0) {
    writeCorners(subspace);
    return;
  }
  const book = codebookAt(subspace);
  const dimensions = endOf(subspace) - firstOf(subspace);
  for (let word: u32 = 0; word < codewords; word++) seedCodeword(subspace, word, sample);
  for (let round: u32 = 0; round < rounds; round++) {
    memory.fill(wordSums, 0, (<usize>(width + 1) * codewords) << 2);
    for (let node: u32 = 0; node < sample; node++) {
      subResidual(node, subspace);
      const word = nearestCodeword(subspace, residual);
      const count = wordCounts + (<usize>word << 2);
      store<u32>(count, load<u32>(count) + 1);
      for (let i: u32 = 0; i < dimensions; i++) {
        const at = wordSums + (<usize>(i * codewords + word) << 2);
        store<f32>(at, load<f32>(at) + load<f32>(residual + (<usize>i << 2)));
      }
    }
    for (let word: u32 = 0; word < codewords; word++) {
      const count = load<u32>(wordCounts + (<usize>word << 2));
      if (count == 0) {
        seedCodeword(subspace, word, sample);
        continue;
      }
      for (let i: u32 = 0; i < dimensions; i++) {
        const at = <usize>(i * codewords + word) << 2;
        store<f32>(book + at, load<f32>(wordSums + at) / <f32>count);
      }
    }
  }
}

function writeCorners(subspace: u32): void {
  const book = codebookAt(subspace);
  for (let i: u32 = 0; i < width; i++) {
    for (let word: u32 = 0; word < codewords; word++) {
      store<f32>(book + (<usize>(i * codewords + word) << 2), ((word >> i) & 1) == 0 ? -1 : 1);
    }
  }
}

/** Puts a residual in the place of a codeword: picked at random, and the same whichever thread does it. */
function seedCodeword(subspace: u32, word: u32, sample: u32): void {
  const book = codebookAt(subspace);
  const dimensions = endOf(subspace) - firstOf(subspace);
  subResidual(randomOf(subspace * codewords + word) % sample, subspace);
  for (let i: u32 = 0; i < dimensions; i++) {
    store<f32>(book + (<usize>(i * codewords + word) << 2), load<f32>(residual + (<usize>i << 2)));
  }
}

