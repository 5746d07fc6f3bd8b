// Where inverted lists lie: model, pages, scratch of this thread's lane. Drawn in `src/kernel/lists-layout.ts`,
// whose numbers these are.

import { blockBase, blockBytes, blockOf, field, floats, rowOf } from '../layout';

/** Where the header's fields of lists begin, behind the three of codes in one piece. */
const FIRST: usize = 67;

/** Scalars of the model; their places are in `state.ts`. */
export let model: usize = 0;
let centroids: usize = 0;
let centroidRows: usize = 0;
let centroidNorms: usize = 0;
/** What rows are counted from: an f32 a dimension. */
export let centroidOrigin: usize = 0;
let centroidBeyonds: usize = 0;
let centroidSquares: usize = 0;
let spreads: usize = 0;
let heads: usize = 0;
let counts: usize = 0;
let codebooks: usize = 0;
/** The axes on which vectors are projected, row by row, and their mean; 0 where vectors are taken as they are. */
export let projection: usize = 0;
export let mean: usize = 0;
/** What the axes make of the mean. */
export let meanImage: usize = 0;
/** Floats of a vector as lists see it. */
export let reduced: u32 = 0;
/**
 * By inner product: the coordinate that records have beyond the query. It counts where lists are chosen, and codes leave
 * it out. Otherwise one beyond the last.
 */
export let extra: u32 = 0;
let locks: usize = 0;
export let capacity: u32 = 0;
/** Sub-quantizers of a code; 0 where lists hold no codes. */
export let subspaces: u32 = 0;
/** Bits of each. */
export let bits: u32 = 0;
/** Codewords of each. */
export let codewords: u32 = 0;
/** Dimensions of each; the last may have fewer. */
export let width: u32 = 0;
let places: usize = 0;
let pages: usize = 0;
export let pageBytes: usize = 0;
let pagesOfBlock: u32 = 0;
let codeBytes: usize = 0;
/** Bytes of a centroid's row, which lies among those of its group. */
export let centroidRowBytes: usize = 0;

// This thread's lane.
export let residual: usize = 0;
/** A vector as lists see it, and the query. */
export let projected: usize = 0;
export let listQuery: usize = 0;
export let tile: usize = 0;
export let tableFloats: usize = 0;
export let table: usize = 0;
export let ranked: usize = 0;
/** Lists that there is room for, in whole groups. */
let rankRoom: usize = 0;
export let wordSums: usize = 0;
export let wordCounts: usize = 0;
export let centroidTarget: usize = 0;

export function attachLists(laneBase: usize): void {
  model = field(FIRST);
  centroids = field(FIRST + 1);
  centroidRows = field(FIRST + 2);
  centroidNorms = field(FIRST + 3);
  heads = field(FIRST + 4);
  counts = field(FIRST + 5);
  codebooks = field(FIRST + 6);
  projection = field(FIRST + 7);
  mean = field(FIRST + 8);
  meanImage = mean + (<usize>floats << 2);
  locks = field(FIRST + 9);
  capacity = field(FIRST + 10);
  subspaces = field(FIRST + 11);
  bits = field(FIRST + 12);
  codewords = 1 << bits;
  width = field(FIRST + 13);
  places = blockBase + field(FIRST + 14);
  pages = blockBase + field(FIRST + 15);
  pageBytes = field(FIRST + 16);
  pagesOfBlock = field(FIRST + 17);
  codeBytes = field(FIRST + 18);
  centroidSquares = field(FIRST + 19);
  reduced = field(FIRST + 20);
  extra = field(FIRST + 21);
  spreads = field(FIRST + 22);
  centroidOrigin = field(FIRST + 23);
  centroidBeyonds = field(FIRST + 24);
  centroidRowBytes = (<usize>reduced + 3) & ~3;
  residual = laneBase + field(FIRST + 25);
  projected = residual + (<usize>reduced << 2);
  listQuery = projected + (<usize>max(reduced, floats) << 2);
  tile = laneBase + field(FIRST + 26);
  tableFloats = laneBase + field(FIRST + 27);
  table = laneBase + field(FIRST + 28);
  ranked = laneBase + field(FIRST + 29);
  rankRoom = (<usize>capacity + ROW_GROUP - 1) & ~(<usize>ROW_GROUP - 1);
  wordSums = laneBase + field(FIRST + 30);
  wordCounts = wordSums + ((<usize>width * codewords) << 2);
  centroidTarget = laneBase + field(FIRST + 31);
}

/** The centroid of a list: `reduced` 32-bit floats. */
@inline export function centroidAt(list: u32): usize {
  return centroids + ((<usize>list * reduced) << 2);
}

/** Lists whose rows lie together: four dimensions of each in turn. */
export const ROW_GROUP: u32 = 16;

/** The rows of a group by its first list: seven bits a dimension, by which lists are ranked and vectors assigned. */
@inline export function centroidRowsAt(first: u32): usize {
  return centroidRows + <usize>first * centroidRowBytes;
}

/** One dimension of a list's row. */
@inline export function centroidCodeAt(list: u32, dimension: u32): usize {
  const group = centroidRowsAt(list & ~(ROW_GROUP - 1));
  return group + (<usize>(dimension >> 2) << 6) + ((list & (ROW_GROUP - 1)) << 2) + (dimension & 3);
}

/** What the row's length adds to its rank, an f32. */
@inline export function centroidNormAt(list: u32): usize {
  return centroidNorms + (<usize>list << 2);
}

/** The coordinate of a centroid that queries lack, an f32. */
@inline export function centroidBeyondAt(list: u32): usize {
  return centroidBeyonds + (<usize>list << 2);
}

/** Bins by which lists are ranked: as many stretches of equal length from the nearest to the farthest. */
export const RANK_BINS: u32 = 512;

/** While lists are ranked: the distance of each from the query, an f32. */
@inline export function rankDistanceAt(list: u32): usize {
  return ranked + (<usize>list << 2);
}

/** While vectors are assigned: the distance of each list from a second one. */
@inline export function otherDistanceAt(list: u32): usize {
  return rankDistanceAt(list) + (rankRoom << 2);
}

/** The bin of each, a u16. */
@inline export function rankBinAt(list: u32): usize {
  return ranked + (rankRoom << 2) + (<usize>list << 1);
}

/** The lists in their order, a u16 each. */
@inline export function rankOrderAt(place: u32): usize {
  return ranked + rankRoom * 6 + (<usize>place << 1);
}

/** The size of a bin, then the place of its next list, a u16. */
@inline export function rankPlaceAt(bin: u32): usize {
  return ranked + (rankRoom << 3) + (<usize>bin << 1);
}

/** The squared length of the centroid, an f32. */
@inline export function centroidSquareAt(list: u32): usize {
  return centroidSquares + (<usize>list << 2);
}

/** The mean squared distance of what the list holds from its centroid, an f32. */
@inline export function spreadAt(list: u32): usize {
  return spreads + (<usize>list << 2);
}

/** The first page of a list, u32; `NONE` where it is empty. */
@inline export function headAt(list: u32): usize {
  return heads + (<usize>list << 2);
}

/** Entries of a list, u32. */
@inline export function countAt(list: u32): usize {
  return counts + (<usize>list << 2);
}

@inline export function listLockAt(list: u32): usize {
  return locks + (<usize>list << 2);
}

/** The codewords of a sub-quantizer: for each of its dimensions, the value of every codeword, 32-bit floats. */
@inline export function codebookAt(subspace: u32): usize {
  return codebooks + ((<usize>subspace * width * codewords) << 2);
}

/** First and last dimension of a sub-quantizer. */
@inline export function firstOf(subspace: u32): u32 {
  return subspace * width;
}

@inline export function endOf(subspace: u32): u32 {
  return min(reduced, (subspace + 1) * width);
}

/** Where a node is: its page × 32 and its row there, plus one; 0 where it is in no list. */
@inline export function placeAt(node: u32): usize {
  return places + blockOf(node) + (rowOf(node) << 2);
}

export const PAGE_ENTRIES: u32 = 32;

/**
 * A page is named by its block and its number there, so that finding it takes no division. `pageOf` names the pages
 * in the order in which they lie.
 */
const PAGE_SHIFT: u32 = 8;

@inline export function pageOf(ordinal: u32): u32 {
  return ((ordinal / pagesOfBlock) << PAGE_SHIFT) | (ordinal % pagesOfBlock);
}

/** A page: its codes first. */
@inline export function pageAt(page: u32): usize {
  return pages + (page >> PAGE_SHIFT) * blockBytes + (page & ((1 << PAGE_SHIFT) - 1)) * pageBytes;
}

/** The additive terms of a page's entries, an i16 each, and behind them the factors. */
@inline export function termsAt(page: usize): usize {
  return page + codeBytes;
}

@inline export function factorsAt(page: usize): usize {
  return page + codeBytes + (PAGE_ENTRIES << 1);
}

/** The nodes of a page's entries, a u32 each. */
@inline export function nodesAt(page: usize): usize {
  return page + codeBytes + (subspaces == 0 ? 0 : PAGE_ENTRIES << 2);
}

/** Next page of the list or `NONE`, its list, its number of entries: u32 each. */
@inline export function linkAt(page: usize): usize {
  return nodesAt(page) + (PAGE_ENTRIES << 2);
}

/** Behind them, a bit for each entry: whether its code says nothing of it, a u32. */
@inline export function unboundedAt(page: usize): usize {
  return linkAt(page) + 12;
}
