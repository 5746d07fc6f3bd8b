// The code of one entry: the residual by product quantisation, and two numbers that make its estimate unbiased.
//
// With centroid c, residual r = x - c and what its code stands for, r':
//
//   |q - x|² = |q - c|² + |r|² - 2⟨q - c, r⟩,   and   ⟨q - c, r⟩ ≈ ⟨q - c, r'⟩ |r|² / ⟨r, r'⟩
//
// after Gao and Long, "RaBitQ: quantizing high-dimensional vectors with a theoretical error bound" (SIGMOD 2024):
// what r has beside r' is as likely to either side. With F = 2|r|² / ⟨r, r'⟩ and A = |r|² + F⟨c, r'⟩ the estimate is
//
//   |q - c|² + A - F⟨q, r'⟩
//
// so that one table a query serves all lists. We depart from the paper in the codes (learnt codewords for a few
// dimensions each, and no rotation unless it is asked for) and in keeping F and A as 16-bit integers.
//
// By inner product the estimate is of -2⟨q, x⟩: -2⟨q, c⟩ in the place of |q - c|², and -2⟨c, r⟩ in that of |r|². The
// coordinate that the query lacks is left out of residuals: coded with the others it would be wrong by the same for
// every query (recall on Fashion-MNIST was .90 with it and .95 without at the same probes).

import { metric } from '../layout';
import { listVectorOf, tail } from './project';
import { nearestCodeword } from './codebook';
import {
  bits, centroidAt, codebookAt, codewords, endOf, extra, factorsAt, firstOf, projection, reduced, residual, subspaces, termsAt,
  unboundedAt,
} from './layout';
import { factorUnit, termUnit } from './state';

const TERM_MAX: f32 = 32767;
/** Least cosine of a residual and what its code stands for. */
const COSINE_MIN: f64 = 0.05;

/** What the last residual was like: the additive term and the factor as they are, and |r|². */
let term: f32 = 0;
let factor: f32 = 0;
let square: f32 = 0;
/** What the projection misses of it. */
let tailSquare: f32 = 0;

export function lastTerm(): f32 {
  return term;
}

export function lastFactor(): f32 {
  return factor;
}

export function lastSquare(): f32 {
  return square;
}

/** Writes the residual of a node and a list. */
function residualOf(node: u32, list: u32): void {
  const vector = listVectorOf(node);
  const centroid = centroidAt(list);
  for (let i: usize = 0; i < <usize>reduced << 2; i += 16) {
    v128.store(residual + i, f32x4.sub(v128.load(vector + i), v128.load(centroid + i)));
  }
  if (projection == 0 && extra < reduced) store<f32>(residual + (<usize>extra << 2), 0);
  tailSquare = tail;
}

/** Finds the code of the lane's residual, which begins at a page and row, or nowhere where that is 0. */
function codeResidual(list: u32, page: usize, row: u32): void {
  const centroid = centroidAt(list);
  let along: f64 = 0;
  let withCentroid: f64 = 0;
  let length: f64 = 0;
  let centroidAlong: f64 = 0;
  let codedLength: f64 = 0;
  for (let subspace: u32 = 0; subspace < subspaces; subspace++) {
    const first = firstOf(subspace);
    const end = endOf(subspace);
    const word = nearestCodeword(subspace, residual + (<usize>first << 2));
    if (page != 0) writeWord(page, row, subspace, word);
    const book = codebookAt(subspace);
    for (let i = first; i < end; i++) {
      const r = <f64>load<f32>(residual + (<usize>i << 2));
      const coded = <f64>load<f32>(book + (<usize>((i - first) * codewords + word) << 2));
      const c = <f64>load<f32>(centroid + (<usize>i << 2));
      along += r * coded;
      codedLength += coded * coded;
      withCentroid += c * coded;
      length += r * r;
      centroidAlong += c * r;
    }
  }
  square = <f32>length;
  // A residual that its code does not point to is coded by its length alone.
  factor = along > COSINE_MIN * sqrt(length * codedLength) ? <f32>(2 * length / along) : 0;
  term = <f32>((metric == 0 ? length + tailSquare : -2 * centroidAlong) + factor * withCentroid);
}

/** Writes one codeword's number: of four bits, entries 0 to 15 in the lower half of a byte and 16 to 31 in the upper. */
@inline function writeWord(page: usize, row: u32, subspace: u32, word: u32): void {
  if (bits == 8) {
    store<u8>(page + (<usize>subspace << 5) + row, <u8>word);
    return;
  }
  const at = page + (<usize>subspace << 4) + (row & 15);
  const before = load<u8>(at);
  store<u8>(at, <u8>(row < 16 ? (before & 0xf0) | word : (before & 0x0f) | (word << 4)));
}

/** Measures the code that a node would have, without writing it. */
export function measureCode(node: u32, list: u32): void {
  residualOf(node, list);
  codeResidual(list, 0, 0);
}

/** Writes a node's code to a row of a page. */
export function encodeEntry(node: u32, list: u32, page: usize, row: u32): void {
  residualOf(node, list);
  codeResidual(list, page, row);
  const termCode = nearest(term / termUnit());
  const factorCode = nearest(factor / factorUnit());
  const fits = abs(termCode) <= TERM_MAX && factorCode <= TERM_MAX;
  store<i16>(termsAt(page) + (row << 1), <i16>(fits ? <i32>termCode : <i32>TERM_MAX));
  store<i16>(factorsAt(page) + (row << 1), <i16>(fits ? <i32>factorCode : 0));
  markUnbounded(page, row, !fits);
}

/** Says whether an entry is one of which no estimate holds, because its numbers do not fit 16 bits. */
@inline function markUnbounded(page: usize, row: u32, isUnbounded: bool): void {
  const others = load<u32>(unboundedAt(page)) & ~(<u32>1 << row);
  store<u32>(unboundedAt(page), others | (<u32>isUnbounded << row));
}

/** Copies an entry's code to another row. */
export function copyCode(from: usize, fromRow: u32, to: usize, row: u32): void {
  for (let subspace: u32 = 0; subspace < subspaces; subspace++) {
    writeWord(to, row, subspace, wordAt(from, fromRow, subspace));
  }
  store<i16>(termsAt(to) + (row << 1), load<i16>(termsAt(from) + (fromRow << 1)));
  store<i16>(factorsAt(to) + (row << 1), load<i16>(factorsAt(from) + (fromRow << 1)));
  markUnbounded(to, row, ((load<u32>(unboundedAt(from)) >> fromRow) & 1) != 0);
}

@inline function wordAt(page: usize, row: u32, subspace: u32): u32 {
  if (bits == 8) return load<u8>(page + (<usize>subspace << 5) + row);
  const both = load<u8>(page + (<usize>subspace << 4) + (row & 15));
  return row < 16 ? both & 15 : both >> 4;
}
