import { LINE, Regions, roundUp } from './regions.ts';

/** What decides the layout of hash tables. */
export interface TablesShape {
  readonly tables: number;
  /** Hash bits: each table has 2 to the power of this buckets. 0 where nothing is learnt yet. */
  readonly bits: number;
  /** Whether projections are cut into cells of equal width, or by one plane each. */
  readonly celled: boolean;
}

/**
 * Where hash tables lie. The model has the projections and the first word of each bucket's chain, a block the word
 * that follows each node in each table:
 *
 * ```
 * word = nine more bits of the hash of the node | the node, 23 bits
 * ```
 *
 * The last word of a chain has the node `NO_ENTRY`.
 */
export interface TablesLayout extends TablesShape {
  /** Address of the model, whose leading bytes a snapshot keeps. */
  readonly start: number;
  readonly storedBytes: number;
  /** Projections of each table: `cutsOf` many that choose the bucket, and `CHECK_BITS` that are kept in words. */
  readonly projections: number;
  /** What is taken off each projection, a float each. */
  readonly shifts: number;
  /** What a step to the next cell adds to the hash, a word each. */
  readonly steps: number;
  /** First word of each bucket's chain. */
  readonly heads: number;
  /** Floats of a query: under the inner product one fewer than of a record. */
  readonly queryFloats: number;
}

/** Where the header's fields of tables begin. */
export const TABLES_FIELD = 128;

export const HASH_BITS_MAX = 20;
/** Bits of a hash beyond those that choose the bucket. */
export const CHECK_BITS = 9;
/** Most buckets that one search looks at. */
export const PROBES_MAX = 32_768;
/** Slots of a segment at most: one number of 23 bits ends a chain. */
export const TABLE_SLOTS_MAX = 2 ** 23 - 1_024;

/** Scalars at the start of the model. */
const MODEL_HEAD = 512;
/** Bytes of one step to a neighbouring cell: see `assembly/lsh/probe.ts`. */
const STEP_BYTES = 16;
/** Bytes of one bucket that is to be looked at, and of one chain that is being walked. */
const PROBE_BYTES = 16;
const CURSORS = 16;

/**
 * Projections that choose a bucket: one a hash bit by planes, and fewer by cells, each of which tells between more than
 * two. With as many, most cells of the synthetic million were empty or shared a bucket with others: recall .90 took
 * 11,800 probes and 7.8 ms, and .89 with these 820 and 4.7.
 */
export function cutsOf({ bits, celled }: Pick<TablesShape, 'bits' | 'celled'>): number {
  return celled ? Math.ceil((bits * 11) / 16) : bits;
}

/** The roomiest shape of tables, whatever is learnt later: segments have as many slots as fit beside that. */
export function roomiestTables(shape: TablesShape): TablesShape {
  return { ...shape, bits: HASH_BITS_MAX };
}

/** Adds the regions of hash tables to those of block, lane and model. */
export class TablesPart {
  readonly modelBytes: number;
  private readonly shape: TablesShape;
  private readonly floats: number;
  private readonly queryFloats: number;
  private readonly links: number;

  constructor(shape: TablesShape, floats: number, queryFloats: number, block: Regions) {
    this.shape = shape;
    this.floats = floats;
    this.queryFloats = queryFloats;
    this.links = block.add(1024 * shape.tables * 4);
    this.modelBytes = this.regionsOf(0).end;
  }

  laneRegions(lane: Regions): number[] {
    const { tables, bits } = this.shape;
    const projections = tables * (cutsOf(this.shape) + CHECK_BITS);
    return [
      // The vector that is hashed, and its projections.
      lane.add(this.floats * 4),
      lane.add(roundUp(projections, 4) * 4),
      // Steps of each table, nearest first.
      lane.add(tables * 2 * bits * STEP_BYTES),
      // What the checked bits of a word add to its distance, for each table.
      lane.add(bits > 0 ? tables * 2 ** CHECK_BITS * 4 : 0),
      lane.add(bits > 0 ? PROBES_MAX * PROBE_BYTES : 0),
      lane.add(CURSORS * PROBE_BYTES),
    ];
  }

  layout(start: number): TablesLayout {
    const { end: _, ...regions } = this.regionsOf(start);
    return { ...this.shape, start, ...regions, queryFloats: this.queryFloats };
  }

  /** @param seen offset in the lane of the bitmap of nodes that a search has met */
  fields(layout: TablesLayout, laneRegions: readonly number[], seen: number): number[] {
    const { start, projections, shifts, steps, heads, tables, bits, celled } = layout;
    return [
      start,
      projections,
      shifts,
      steps,
      heads,
      this.links,
      tables,
      bits,
      celled ? 1 : 0,
      cutsOf(layout),
      this.queryFloats,
      seen,
      ...laneRegions,
    ];
  }

  private regionsOf(start: number) {
    const { tables, bits } = this.shape;
    const perTable = bits > 0 ? cutsOf(this.shape) + CHECK_BITS : 0;
    const regions = new Regions();
    regions.end = start;
    regions.add(MODEL_HEAD);
    const projections = regions.add(tables * perTable * this.floats * 4);
    const shifts = regions.add(tables * perTable * 4);
    const steps = regions.add(tables * perTable * 4);
    const heads = regions.add(bits > 0 ? tables * 2 ** bits * 4 : 0);
    const end = roundUp(regions.end, LINE);
    return { projections, shifts, steps, heads, storedBytes: end - start, end: end - start };
  }
}
