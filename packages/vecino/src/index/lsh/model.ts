import { present } from '../../base/assert.ts';
import { cutsOf, SKETCH_BITS, type TablesLayout } from '../../kernel/tables-layout.ts';
import type { VectorSpace } from '../../kernel/vector-space.ts';

/** Efforts at which recall and cost are measured: powers of two from 16 on. */
export const EFFORTS = 12;
const LEAST_EFFORT = 16;

/** Where the scalars of the model are, in words; those that the engine reads are drawn in `assembly/lsh/state.ts`. */
const SEED = 0;
const DEFAULT_PROBES = 1;
const QUERY_LENGTH = 2;
const RECORDS = 3;
const LATER = 4;
const SLOPES = 5;
const MEASURED = 16;
const MEASURED_WORDS = 5;

/** Words of all scalars together. */
const HEAD_WORDS = 128;

/** What was measured at one effort, summed over all queries. */
export interface Measured {
  readonly effort: number;
  /** Neighbours that were wanted and found. */
  readonly wanted: number;
  readonly found: number;
  readonly queries: number;
  /** Estimates made from sketches, and distances computed. */
  readonly estimates: number;
  readonly distances: number;
}

/** What the family has learnt, in the memory that all threads share. */
export class TablesModel {
  readonly layout: TablesLayout;
  private readonly space: VectorSpace;

  static isReady(space: VectorSpace): boolean {
    const { tables } = space.layout;
    return tables !== undefined && tables.bits > 0 && new TablesModel(space).learntFrom > 0;
  }

  constructor(space: VectorSpace) {
    this.space = space;
    this.layout = present(space.layout.tables, 'tables in the layout');
  }

  /** Records when it was learnt; 0 if it never was. */
  get learntFrom(): number {
    return this.words[RECORDS] ?? 0;
  }

  get seed(): number {
    return this.words[SEED] ?? 0;
  }

  /** Projections of sketches and tables. */
  get projections(): number {
    return SKETCH_BITS + this.layout.tables * cutsOf(this.layout);
  }

  /** Nodes that came after the tables were laid. */
  get later(): number {
    return this.words[LATER] ?? 0;
  }

  /**
   * How much nearer than estimated most neighbours are at most, in the measure of `assembly/lsh/sketch.ts`, and how much
   * all of them.
   */
  setSlopes(ofMost: number, ofAll: number): void {
    this.floats.set([ofMost, ofAll], SLOPES);
  }

  /** Buckets that a search looks at unless it is told otherwise. */
  get defaultProbes(): number {
    return this.words[DEFAULT_PROBES] ?? 0;
  }

  set defaultProbes(probes: number) {
    this.words[DEFAULT_PROBES] = probes;
  }

  begin(records: number, seed: number): void {
    this.words.fill(0);
    this.words[SEED] = seed;
    this.words[RECORDS] = records;
  }

  /** @param queryLength to which queries are brought under the inner product: that of records from their mean */
  setMean(mean: ArrayLike<number>, queryLength: number): void {
    this.space.floatsAt(this.layout.mean, this.space.layout.floats).set(mean);
    this.floats[QUERY_LENGTH] = queryLength;
  }

  /** A projection, first those of sketches, then those of each table: what vectors are multiplied with, what is taken off, the hash's step. */
  setProjection(ordinal: number, direction: ArrayLike<number>, shift: number, step: number): void {
    const { projections, shifts, steps } = this.layout;
    const { floats } = this.space.layout;
    this.space.floatsAt(projections + ordinal * floats * 4, floats).set(direction);
    this.space.floatsAt(shifts + ordinal * 4, 1)[0] = shift;
    this.space.wordsAt(steps + ordinal * 4, 1)[0] = step;
  }

  /** Adds what one query found at one effort. */
  measure(i: number, { wanted, found, estimates, distances }: Omit<Measured, 'effort' | 'queries'>): void {
    const at = MEASURED + MEASURED_WORDS * i;
    for (const [j, value] of [wanted, found, 1, estimates, distances].entries()) {
      this.words[at + j] = (this.words[at + j] ?? 0) + value;
    }
  }

  /** Measurements by rising effort. */
  measured(): Measured[] {
    const { words } = this;
    return Array.from({ length: EFFORTS }, (_, i) => {
      const at = MEASURED + MEASURED_WORDS * i;
      const [wanted = 0, found = 0, queries = 0, estimates = 0, distances = 0] = words.subarray(at);
      return { effort: effortAt(i), wanted, found, queries, estimates, distances };
    }).filter(({ queries }) => queries > 0);
  }

  private get words(): Uint32Array {
    return this.space.wordsAt(this.layout.start, HEAD_WORDS);
  }

  private get floats(): Float32Array {
    return this.space.floatsAt(this.layout.start, HEAD_WORDS);
  }
}

export function effortAt(i: number): number {
  return LEAST_EFFORT * 2 ** i;
}
