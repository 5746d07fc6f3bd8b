// Projecting: the inner products of one vector with many rows of as many floats.

import { madd, sum } from './distance';
import { floats } from './layout';

/**
 * Writes the products of a vector with `count` rows that lie one behind the other, a float each: four rows at a time, so
 * that each load of the vector serves four products. Rows must be there up to a multiple of four, and so must room.
 */
export function projectOn(rows: usize, count: u32, vector: usize, to: usize): void {
  const stride = <usize>floats << 2;
  let a = rows;
  for (let i: u32 = 0; i < count; i += 4) {
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
    const into = to + (<usize>i << 2);
    store<f32>(into, sum(s0));
    store<f32>(into, sum(s1), 4);
    store<f32>(into, sum(s2), 8);
    store<f32>(into, sum(s3), 12);
    a += stride << 2;
  }
}
