// Products of bytes: signed ones with others of 0 to 127, sixteen at once, added up by fours. Whoever lays out rows with
// four dimensions of each in turn has four rows in a register, and a sum for each in a lane.

// A constant that the compiler would make anew in each round of a loop is loaded from memory before it: that of
// `extadd_pairwise` it reads from memory each time, which took a fifth of the time of ranking lists.
const ONES: usize = memory.data<u16>([1, 1, 1, 1, 1, 1, 1, 1], 16);

/** What `productsOf` adds up pairs with; to be asked for before a loop. */
@inline export function pairSums(): v128 {
  return v128.load(ONES);
}

/** Of each four bytes the sum of their products. */
@inline export function productsOf(signed: v128, rows: v128, ones: v128): v128 {
  if (isDefined(RELAXED)) return i32x4.dot_i16x8_s(v128.relaxed_dot<i16>(signed, rows), ones);
  const low = i32x4.dot_i16x8_s(i16x8.extmul_low_i8x16_s(signed, rows), ones);
  const high = i32x4.dot_i16x8_s(i16x8.extmul_high_i8x16_s(signed, rows), ones);
  return i32x4.add(v128.shuffle<i32>(low, high, 0, 2, 4, 6), v128.shuffle<i32>(low, high, 1, 3, 5, 7));
}
