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
 * Where hash tables lie. The model has the projections and the bounds of buckets; a block, for as many places as it has
 * nodes, the entries of each table at those places; and for its nodes the sketches, and a bit for each that came after
 * the tables were laid:
 *
 * ```
 * entry  = a node, 32 bits
 * sketch = 96 bits | term, the upper half of a float | factor, likewise
 * ```
 */
export interface TablesLayout extends TablesShape {
  /** Address of the model, whose leading bytes a snapshot keeps. */
  readonly start: number;
  readonly storedBytes: number;
  /** The mean of the sample. */
  readonly mean: number;
  /** Projections: `SKETCH_BITS` of sketches, and `cutsOf` many of each table. */
  readonly projections: number;
  /** What is taken off each projection, a float each. */
  readonly shifts: number;
  /** What a step to the next cell adds to the hash, a word each. */
  readonly steps: number;
  /** Where buckets begin and end: for each table a word a bucket and two more. */
  readonly bounds: number;
  /** Floats of a query: under the inner product one fewer than of a record. */
  readonly queryFloats: number;
}

/** Where the header's fields of tables begin. */
export const TABLES_FIELD = 128;

export const HASH_BITS_MAX = 20;
/** Bits of a sketch, as many as make sixteen bytes of it with two numbers. */
export const SKETCH_BITS = 96;
const SKETCH_BYTES = 16;
/** Most buckets that one search looks at. */
export const PROBES_MAX = 32_768;

const BLOCK_NODES = 1_024;
/** Scalars at the start of the model. */
const MODEL_HEAD = 512;
/** Bytes of one step to a neighbouring cell: see `assembly/lsh/probe.ts`. */
const STEP_BYTES = 16;
/** Bytes of one bucket that is to be looked at. */
const PROBE_BYTES = 16;
/** Nodes that wait to be estimated. */
const WAITING = 8_192;
const HISTOGRAM_BINS = 256;

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
  private readonly inBlock: readonly number[];

  constructor(shape: TablesShape, floats: number, queryFloats: number, block: Regions) {
    this.shape = shape;
    this.floats = floats;
    this.queryFloats = queryFloats;
    this.inBlock = [
      block.add(BLOCK_NODES * shape.tables * 4),
      block.add(BLOCK_NODES * SKETCH_BYTES),
      block.add(BLOCK_NODES / 8),
    ];
    this.modelBytes = this.regionsOf(0).end;
  }

  laneRegions(lane: Regions): number[] {
    const { tables, bits } = this.shape;
    const isLearnt = bits > 0;
    return [
      // The vector that is hashed, and its images.
      lane.add(this.floats * 4),
      lane.add(this.projectionCount * 4),
      // Steps of each table, nearest first.
      lane.add(tables * 2 * bits * STEP_BYTES),
      // What each value of each byte of a sketch adds to the product with the query.
      lane.add((SKETCH_BITS / 8) * 256 * 2),
      lane.add(isLearnt ? PROBES_MAX * PROBE_BYTES : 0),
      lane.add(isLearnt ? WAITING * 4 : 0),
      lane.add(isLearnt ? WAITING * 4 : 0),
      lane.add(HISTOGRAM_BINS * 4),
    ];
  }

  layout(start: number): TablesLayout {
    const { end: _, ...regions } = this.regionsOf(start);
    return { ...this.shape, start, ...regions, queryFloats: this.queryFloats };
  }

  /** @param seen offset in the lane of the bitmap of nodes that a search has met */
  fields(layout: TablesLayout, laneRegions: readonly number[], seen: number): number[] {
    const { start, mean, projections, shifts, steps, bounds, tables, bits, celled } = layout;
    return [
      start,
      mean,
      projections,
      shifts,
      steps,
      bounds,
      ...this.inBlock,
      tables,
      bits,
      celled ? 1 : 0,
      cutsOf(layout),
      this.queryFloats,
      seen,
      ...laneRegions,
    ];
  }

  /** A multiple of four, because the engine projects on four at a time. */
  private get projectionCount(): number {
    const { tables, bits } = this.shape;
    return bits > 0 ? roundUp(SKETCH_BITS + tables * cutsOf(this.shape), 4) : 0;
  }

  private regionsOf(start: number) {
    const { tables, bits } = this.shape;
    const regions = new Regions();
    regions.end = start;
    regions.add(MODEL_HEAD);
    const mean = regions.add(this.floats * 4);
    const projections = regions.add(this.projectionCount * this.floats * 4);
    const shifts = regions.add(this.projectionCount * 4);
    const steps = regions.add(this.projectionCount * 4);
    const bounds = regions.add(bits > 0 ? tables * (2 ** bits + 2) * 4 : 0);
    const end = roundUp(regions.end, LINE);
    return { mean, projections, shifts, steps, bounds, storedBytes: end - start, end: end - start };
  }
}
