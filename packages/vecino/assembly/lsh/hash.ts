// Hashes of vectors: for each table some projections, whose cells together name a bucket.
//
// Random hyperplanes: a projection has two cells, either side of a plane (Charikar, "Similarity estimation techniques
// from rounding algorithms", STOC 2002). p-stable: cells of equal width, moved by a random offset (Datar, Immorlica,
// Indyk and Mirrokni, "Locality-sensitive hashing scheme based on p-stable distributions", SoCG 2004), whose
// numbers are mixed into as many bits as there are buckets. In both a hash is a sum over the projections of the cell
// times a step, so that the hash of the bucket next door is one addition away.

import { floats, metric, query } from '../layout';
import { projectOn } from '../project';
import {
  celled, cuts, firstOf, hashed, imageOf, images, mean, projectionAt, queryFloats, shiftAt, SKETCH_BITS, stepOf, tables,
} from './layout';
import { queryLength } from './state';

/**
 * Writes what some projections make of a vector, from a multiple of four on. After the last there may be images of no
 * projection, which nobody reads.
 */
export function project(vector: usize, from: u32, to: u32): void {
  const into = images + (<usize>from << 2);
  projectOn(projectionAt(from), to - from, vector, into);
  for (let i: usize = 0; i < <usize>(to - from) << 2; i += 16) {
    v128.store(into + i, f32x4.sub(v128.load(into + i), v128.load(shiftAt(from) + i)));
  }
}

/** What the projections of all tables make of a vector. */
export function projectToTables(vector: usize): void {
  project(vector, SKETCH_BITS, firstOf(tables));
}

/** How many times longer the lane's query is than it was hashed. */
export let lengthening: f32 = 1;

/**
 * What all projections make of the lane's query. Records of a large inner product with it lie in its direction from
 * their mean, so that is where it is put, as far from the mean as records are.
 */
export function projectQuery(): void {
  memory.copy(hashed, query, <usize>floats << 2);
  lengthening = 1;
  if (metric == 1) {
    let squares: f32 = 0;
    for (let i: u32 = 0; i < queryFloats; i++) {
      const value = load<f32>(query + (<usize>i << 2));
      squares += value * value;
    }
    const length = queryLength();
    lengthening = length > 0 ? sqrt(squares) / length : 0;
    const scale: f32 = lengthening > 0 ? <f32>1 / lengthening : 0;
    for (let i: u32 = 0; i < floats; i++) {
      const at = <usize>i << 2;
      const along: f32 = i < queryFloats ? load<f32>(query + at) * scale : 0;
      store<f32>(hashed + at, load<f32>(mean + at) + along);
    }
  }
  project(hashed, 0, firstOf(tables));
}

/** The cell of an image. */
@inline export function cellOf(image: f32): i32 {
  return celled ? <i32>floor<f32>(image) : <i32>(image > 0);
}

/** The hash that a table gives the vector projected last. */
export function hashIn(table: u32): u32 {
  const first = firstOf(table);
  let hash: u32 = 0;
  for (let i: u32 = 0; i < cuts; i++) hash += <u32>cellOf(imageOf(first + i)) * stepOf(first + i);
  return hash;
}
