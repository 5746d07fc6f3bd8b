import { present } from '../../base/assert.ts';
import { CHECK_BITS, cutsOf, type TablesLayout } from '../../kernel/tables-layout.ts';
import type { VectorSpace } from '../../kernel/vector-space.ts';

/** Efforts at which recall and cost are measured: powers of two from 16 on. */
export const EFFORTS = 12;
const LEAST_EFFORT = 16;

/** Where the scalars of the model are, in words; those that the engine reads are drawn in `assembly/lsh/state.ts`. */
const SEED = 0;
const DEFAULT_PROBES = 1;
const QUERY_LENGTH = 2;
const RECORDS = 3;
const MEASURED = 16;

/** What was measured at one effort, summed over all queries. */
export interface Measured {
  readonly effort: number;
  /** Neighbours that were wanted and found. */
  readonly wanted: number;
  readonly found: number;
  readonly queries: number;
  /** Distances computed. */
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

  /** Projections of one table. */
  get perTable(): number {
    return cutsOf(this.layout) + CHECK_BITS;
  }

  /** Buckets that a search looks at unless it is told otherwise. */
  get defaultProbes(): number {
    return this.words[DEFAULT_PROBES] ?? 0;
  }

  set defaultProbes(probes: number) {
    this.words[DEFAULT_PROBES] = probes;
  }

  /** @param queryLength to which queries are brought before they are hashed; 0: none */
  begin(records: number, seed: number, queryLength: number): void {
    this.words.fill(0);
    this.words[SEED] = seed;
    this.words[RECORDS] = records;
    this.space.floatsAt(this.layout.start + 4 * QUERY_LENGTH, 1)[0] = queryLength;
  }

  /** A projection, counted through all tables: what vectors are multiplied with, what is taken off, the hash's step. */
  setProjection(ordinal: number, direction: ArrayLike<number>, shift: number, step: number): void {
    const { projections, shifts, steps } = this.layout;
    const { floats } = this.space.layout;
    this.space.floatsAt(projections + ordinal * floats * 4, floats).set(direction);
    this.space.floatsAt(shifts + ordinal * 4, 1)[0] = shift;
    this.space.wordsAt(steps + ordinal * 4, 1)[0] = step;
  }

  /** Adds what one query found at one effort. */
  measure(i: number, { wanted, found, distances }: Omit<Measured, 'effort' | 'queries'>): void {
    const at = MEASURED + 4 * i;
    for (const [j, value] of [wanted, found, 1, distances].entries()) {
      this.words[at + j] = (this.words[at + j] ?? 0) + value;
    }
  }

  /** Measurements by rising effort. */
  measured(): Measured[] {
    const { words } = this;
    return Array.from({ length: EFFORTS }, (_, i) => {
      const [wanted = 0, found = 0, queries = 0, distances = 0] = words.subarray(MEASURED + 4 * i);
      return { effort: effortAt(i), wanted, found, queries, distances };
    }).filter(({ queries }) => queries > 0);
  }

  private get words(): Uint32Array {
    return this.space.wordsAt(this.layout.start, 128);
  }
}

export function effortAt(i: number): number {
  return LEAST_EFFORT * 2 ** i;
}
