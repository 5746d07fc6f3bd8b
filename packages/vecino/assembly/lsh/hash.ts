// Hashes of vectors: for each table some projections, whose cells together name a bucket.
//
// Random hyperplanes: a projection has two cells, either side of a plane (Charikar, "Similarity estimation techniques
// from rounding algorithms", STOC 2002). p-stable: cells of equal width, moved by a random offset (Datar, Immorlica,
// Indyk and Mirrokni, "Locality-sensitive hashing scheme based on p-stable distributions", SoCG 2004), whose
// numbers are mixed into as many bits as there are buckets. In both a hash is a sum over the projections of the cell
// times a step, so that the hash of the bucket next door is one addition away.
//
// The last nine projections of each table are cut by a plane in both: their bits do not choose the bucket but lie in
// its words, so that searches can leave entries out without having to enumerate finer buckets.

import { madd, sum } from '../distance';
import { floats, metric, query } from '../layout';
import {
  CHECK_BITS, celled, cuts, hashed, imageOf, images, perTable, projectionAt, queryFloats, shiftAt, stepOf, tables,
} from './layout';
import { queryLength } from './state';

/** Writes what the projections make of a vector. Four rows at a time, so that each load serves four products. */
export function projectToTables(vector: usize): void {
  const stride = <usize>floats << 2;
  const count = tables * perTable;
  for (let i: u32 = 0; i < count; i += 4) {
    const a = projectionAt(i);
    const b = a + stride;
    const c = b + stride;
    const d = c + stride;
    let s0 = f32x4.splat(0);
    let s1 = f32x4.splat(0);
    let s2 = f32x4.splat(0);
    let s3 = f32x4.splat(0);
    for (let j: usize = 0; j < stride; j += 16) {
      const value = v128.load(vector + j);
      s0 = madd(value, v128.load(a + j), s0);
      s1 = madd(value, v128.load(b + j), s1);
      s2 = madd(value, v128.load(c + j), s2);
      s3 = madd(value, v128.load(d + j), s3);
    }
    const at = images + (<usize>i << 2);
    const shift = shiftAt(i);
    // Of a number that is no multiple of four the last ones are of no projection, and nobody reads them.
    store<f32>(at, sum(s0) - load<f32>(shift));
    store<f32>(at, sum(s1) - load<f32>(shift, 4), 4);
    store<f32>(at, sum(s2) - load<f32>(shift, 8), 8);
    store<f32>(at, sum(s3) - load<f32>(shift, 12), 12);
  }
}

/** The same for the lane's query, which under the inner product is brought to the length of records. */
export function projectQueryToTables(): void {
  memory.copy(hashed, query, <usize>floats << 2);
  if (metric == 1) {
    let squares: f32 = 0;
    for (let i: u32 = 0; i < queryFloats; i++) {
      const value = load<f32>(query + (<usize>i << 2));
      squares += value * value;
    }
    const scale = squares > 0 ? queryLength() / sqrt(squares) : 0;
    for (let i: u32 = 0; i < queryFloats; i++) {
      const at = <usize>i << 2;
      store<f32>(hashed + at, load<f32>(query + at) * scale);
    }
    memory.fill(hashed + (<usize>queryFloats << 2), 0, <usize>(floats - queryFloats) << 2);
  }
  projectToTables(hashed);
}

/** The cell of an image. */
@inline export function cellOf(image: f32): i32 {
  return celled ? <i32>floor<f32>(image) : <i32>(image > 0);
}

/** The hash that a table gives the vector projected last. */
export function hashIn(table: u32): u32 {
  const first = table * perTable;
  let hash: u32 = 0;
  for (let i: u32 = 0; i < cuts; i++) hash += <u32>cellOf(imageOf(first + i)) * stepOf(first + i);
  return hash;
}

/** The bits of that vector that are kept in the words of chains. */
export function checkedOf(table: u32): u32 {
  const first = table * perTable + cuts;
  let checked: u32 = 0;
  for (let i: u32 = 0; i < CHECK_BITS; i++) checked |= <u32>(imageOf(first + i) > 0) << i;
  return checked;
}
