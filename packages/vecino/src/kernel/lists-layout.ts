import { LINE, Regions, roundUp } from './regions.ts';

/** What decides the layout of inverted lists. */
export interface ListsShape {
  /** Lists that there is room for. */
  readonly capacity: number;
  /** Records that they are made for; there may be more. */
  readonly records: number;
  /** Dimensions of one sub-quantizer of the codes; 0 where lists hold none. */
  readonly width: number;
  /** Bits of each sub-quantizer. */
  readonly bits: 4 | 8;
  /** Whether codewords are the corners of a cube: a bit a dimension, its sign. */
  readonly binary: boolean;
  /** Whether vectors are rotated before they are assigned and coded. */
  readonly rotated: boolean;
}

/**
 * Where inverted lists lie. A list is a chain of **pages** of 32 entries each:
 *
 * ```
 * page = codes | additive terms | factors | nodes | next page, list, entries, which of them have no estimate
 * ```
 *
 * Pages lie in the blocks beside the nodes, some more in each than its nodes fill, so that memory grows in one
 * way only. The model has what belongs to lists: centroids, codebooks, the first page of each.
 */
export interface ListsLayout extends ListsShape {
  /** Address of the model, whose leading bytes a snapshot keeps. */
  readonly start: number;
  readonly storedBytes: number;
  readonly centroids: number;
  /** Centroids of a byte a dimension, by which lists are ranked. */
  readonly centroidRows: number;
  readonly centroidNorms: number;
  /** What rows are counted from, a number a dimension. */
  readonly centroidOrigin: number;
  /** Of each centroid the coordinate that queries by inner product lack. */
  readonly centroidBeyonds: number;
  readonly centroidSquares: number;
  /** Mean squared distance of what a list holds from its centroid, measured while learning. */
  readonly spreads: number;
  /** First page of each list. */
  readonly heads: number;
  /** Entries of each list. */
  readonly counts: number;
  readonly codebooks: number;
  /** Mean and axes of the projection, and scratch for learning it. */
  readonly mean: number;
  readonly projection: number;
  readonly images: number;
  /** Scratch for measuring how wrong estimates are. */
  readonly errors: number;
  /** Scratch beside it: how many lists were nearer, and how far away the neighbour was. */
  readonly ranks: number;
  readonly reaches: number;
  readonly locks: number;
  readonly subspaces: number;
  readonly codewords: number;
  /** Axes on which vectors are projected before they are assigned and coded; 0 where they are taken as they are. */
  readonly axes: number;
  /** Offset within a block. */
  readonly pages: number;
  readonly pageBytes: number;
  readonly pagesOfBlock: number;
  /** Offset within a block: the place of each node in a page. */
  readonly places: number;
}

/** Lists whose rows lie together, so that a query is compared with several at once. */
const ROW_GROUP = 16;
/** Bins by which lists are ranked. */
const RANK_BINS = 512;

/** Where the header's fields of lists begin. */
export const LISTS_FIELD = 64;

export const PAGE_ENTRIES = 32;
/** Most lists of a segment, and most pages of a block: the number of slots of a segment leaves room for both. */
export const LISTS_MAX = 8_192;
const PAGES_MAX = 96;

/** The roomiest shape of lists, whatever is learnt later: segments have as many slots as fit beside that. */
export function roomiest(shape: ListsShape): ListsShape {
  return { ...shape, capacity: LISTS_MAX, records: 16 * LISTS_MAX };
}
/** Errors of estimates that are measured. */
export const ERRORS_MAX = 1_024;
/** Scalars at the start of the model; behind them the slopes of the bound, and what tells which lists are probed. */
const MODEL_HEAD = 320;
export const SLOPES_AT = 128;
/** Slopes for 1, 2, 4 … lists that are probed, one beyond the most; as many scores at which lists are probed. */
export const SLOPES = 15;
export const PROMISE_AT = 192;
export const SCORES_AT = 256;

/** Adds the regions of inverted lists to those of block, lane and model. */
export class ListsPart {
  readonly modelBytes: number;
  private readonly shape: ListsShape;
  private readonly floats: number;
  /** Floats of a vector as lists see it. */
  private readonly reduced: number;
  private readonly places: number;
  private readonly pages: number;
  private readonly pageBytes: number;
  private readonly pagesOfBlock: number;
  private readonly subspaces: number;
  private readonly axes: number;
  private readonly codewords: number;
  private readonly codeBytes: number;

  constructor(shape: ListsShape, floats: number, block: Regions) {
    this.shape = shape;
    this.floats = floats;
    this.axes = shape.rotated ? floats : 0;
    this.reduced = shape.rotated ? this.axes : floats;
    this.subspaces = shape.width > 0 ? Math.ceil(this.reduced / shape.width) : 0;
    this.codewords = this.subspaces > 0 ? 2 ** shape.bits : 0;
    this.codeBytes = (this.subspaces * shape.bits * PAGE_ENTRIES) / 8;
    const termBytes = this.subspaces > 0 ? 2 * 2 * PAGE_ENTRIES : 0;
    this.pageBytes = roundUp(this.codeBytes + termBytes + 4 * PAGE_ENTRIES + 16, LINE);
    this.places = block.add(1024 * 4);
    // 1,024 nodes fill 32 pages, and of every list one page may have room left.
    const nodesOfBlock = 32 * PAGE_ENTRIES;
    const more = Math.ceil((shape.capacity * nodesOfBlock) / Math.max(nodesOfBlock, shape.records));
    this.pagesOfBlock = shape.capacity === 0 ? 0 : Math.min(PAGES_MAX, 32 + more);
    this.pages = block.add(this.pagesOfBlock * this.pageBytes);
    this.modelBytes = this.regionsOf(0).end;
  }

  laneRegions(lane: Regions): number[] {
    const { floats, reduced, subspaces } = this;
    const { capacity, width } = this.shape;
    const entries = subspaces * this.codewords;
    return [
      // A residual, a projected vector and the projected query.
      lane.add((reduced + Math.max(reduced, floats) + reduced) * 4),
      // Four vectors as lists see them, compared with centroids together.
      lane.add(reduced * 4 * 4),
      // The query's table, as floats and in bytes.
      lane.add(entries * 4),
      lane.add(entries * 2),
      // Distances of lists, their bins, their order; and where each bin begins.
      lane.add(roundUp(capacity, ROW_GROUP) * 8 + RANK_BINS * 2),
      // Sums and counts of one sub-quantizer's codewords.
      lane.add(this.codewords * (width + 1) * 4),
      // The query, or two vectors that are assigned, as signed bytes.
      lane.add(roundUp(reduced, 4) * 2),
    ];
  }

  layout(start: number): ListsLayout {
    const { shape, places, pages, pageBytes, pagesOfBlock, subspaces, codewords, axes } = this;
    const { end: _, ...regions } = this.regionsOf(start);
    return {
      ...shape,
      start,
      ...regions,
      subspaces,
      codewords,
      axes,
      places,
      pages,
      pageBytes,
      pagesOfBlock,
    };
  }

  /** @param extra the coordinate that queries lack, or one beyond the last */
  fields(layout: ListsLayout, laneRegions: readonly number[], extra: number): number[] {
    const { start, centroids, centroidRows, centroidNorms, heads, counts, codebooks } = layout;
    const { bits, capacity, width } = this.shape;
    const { subspaces, axes } = this;
    return [
      start,
      centroids,
      centroidRows,
      centroidNorms,
      heads,
      counts,
      codebooks,
      axes > 0 ? layout.projection : 0,
      layout.mean,
      layout.locks,
      capacity,
      subspaces,
      bits,
      width,
      layout.places,
      layout.pages,
      layout.pageBytes,
      layout.pagesOfBlock,
      this.codeBytes,
      layout.centroidSquares,
      this.reduced,
      extra,
      layout.spreads,
      layout.centroidOrigin,
      layout.centroidBeyonds,
      ...laneRegions,
    ];
  }

  private regionsOf(start: number) {
    const { floats, reduced, subspaces, codewords, axes } = this;
    const { capacity, width } = this.shape;
    const regions = new Regions();
    regions.end = start;
    regions.add(MODEL_HEAD);
    const centroids = regions.add(capacity * reduced * 4);
    const groups = roundUp(capacity, ROW_GROUP);
    const centroidRows = regions.add(groups * roundUp(reduced, 4));
    const centroidNorms = regions.add(groups * 4);
    const centroidOrigin = regions.add(reduced * 4);
    const centroidBeyonds = regions.add(groups * 4);
    const centroidSquares = regions.add(capacity * 4);
    const spreads = regions.add(capacity * 4);
    const heads = regions.add(capacity * 4);
    const counts = regions.add(capacity * 4);
    const codebooks = regions.add(subspaces * codewords * width * 4);
    const mean = regions.add(axes > 0 ? (floats + axes) * 4 : 0);
    const projection = regions.add(axes * floats * 4);
    const storedBytes = regions.end - start;
    const images = regions.add(axes * floats * 4);
    const errors = regions.add(ERRORS_MAX * 4);
    const ranks = regions.add(ERRORS_MAX * 4);
    const reaches = regions.add(ERRORS_MAX * 4);
    const locks = regions.add(capacity * 4);
    return {
      centroids,
      centroidRows,
      centroidNorms,
      centroidOrigin,
      centroidBeyonds,
      centroidSquares,
      spreads,
      heads,
      counts,
      codebooks,
      mean,
      projection,
      storedBytes,
      images,
      errors,
      ranks,
      reaches,
      locks,
      end: regions.end - start,
    };
  }
}

/** Blocks whose pages surely suffice for so many nodes: every list may have a page that is not full. */
export function blocksForPages(lists: ListsLayout, nodes: number): number {
  if (lists.capacity === 0) return 0;
  return Math.ceil((Math.ceil(nodes / PAGE_ENTRIES) + lists.capacity) / lists.pagesOfBlock);
}
