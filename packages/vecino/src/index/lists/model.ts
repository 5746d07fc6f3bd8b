import { assert, present } from '../../base/assert.ts';
import { BLOCK_SLOTS } from '../../kernel/layout.ts';
import { type ListsLayout, PROMISE_AT, SCORES_AT, SLOPES, SLOPES_AT } from '../../kernel/lists-layout.ts';
import type { VectorSpace } from '../../kernel/vector-space.ts';
import type { Promising } from './promise.ts';

/** Places in the model, in words; drawn in `assembly/lists/state.ts`. */
const LISTS = 0;
const LEARNT_FROM = 3;
const TERM_UNIT = 5;
const FACTOR_UNIT = 6;
const FAR_LIMIT = 10;
const MET = 11;
const FAR = 12;
const SAMPLE = 14;
const WANTED = 15;
const RECORDS = 16;
const SAMPLE_PROJECTED = 17;
const BATCH = 20;
const WORDS = 64;

/** What was learnt about inverted lists, in the memory that all threads share. */
export class ListsModel {
  readonly layout: ListsLayout;
  private readonly space: VectorSpace;

  constructor(space: VectorSpace) {
    this.space = space;
    this.layout = present(space.layout.lists, 'lists in the layout');
  }

  /** Whether lists may be searched. */
  static isReady(space: VectorSpace): boolean {
    return space.layout.lists !== undefined && new ListsModel(space).isReady;
  }

  /** Whether learning has ended: the lists that are wanted are there, and so is what their codes need. */
  get isReady(): boolean {
    return this.learntFrom > 0;
  }

  get lists(): number {
    return this.words[LISTS] ?? 0;
  }

  /** Records when it was learnt; 0 before. */
  get learntFrom(): number {
    return this.words[LEARNT_FROM] ?? 0;
  }

  /** The share of what came later that is farther from its centroid than all but a tenth of the sample, and of how many. */
  get drift(): { readonly far: number; readonly of: number } {
    const of = this.words[MET] ?? 0;
    return { far: of === 0 ? 0 : (this.words[FAR] ?? 0) / of, of };
  }

  /** Nodes that are learnt from, and lists to be made. */
  get sample(): number {
    return this.words[SAMPLE] ?? 0;
  }

  get records(): number {
    return this.words[RECORDS] ?? 0;
  }

  get wanted(): number {
    return this.words[WANTED] ?? 0;
  }

  /** Nodes of the sample before the present mini-batch. */
  get batchStart(): number {
    return this.words[BATCH] ?? 0;
  }

  set batchStart(node: number) {
    this.words[BATCH] = node;
  }

  /** Takes note of what is to be learnt, from how many of how many records. */
  begin(sample: number, wanted: number, records: number): void {
    const { words } = this;
    words[RECORDS] = records;
    words[SAMPLE] = sample;
    words[WANTED] = wanted;
  }

  /** Takes note that the sample's vectors have been replaced by their projections. */
  sampleIsProjected(): void {
    this.words[SAMPLE_PROJECTED] = 1;
  }

  /** Takes note of how residuals of the sample are coded. */
  setCodes(codes: { readonly termUnit: number; readonly factorUnit: number }): void {
    const { floats } = this;
    floats[TERM_UNIT] = codes.termUnit;
    floats[FACTOR_UNIT] = codes.factorUnit;
  }

  /** Takes note of the slopes of the bound where 1, 2, 4, … lists are probed. */
  setSlopes(slopes: readonly number[]): void {
    this.space.floatsAt(this.layout.start + SLOPES_AT, SLOPES).set(slopes);
  }

  /** Takes centroids that were found elsewhere, of as many floats as vectors here have: from here on vectors may be assigned to them. */
  useCentroids(centroids: readonly Float32Array[]): void {
    const { space, layout } = this;
    assert(layout.axes === 0, 'centroids found elsewhere are not rotated');
    const { floats } = space.layout;
    const squares = space.floatsAt(layout.centroidSquares, centroids.length);
    for (const [list, centroid] of centroids.entries()) {
      space.floatsAt(layout.centroids + list * floats * 4, floats).set(centroid);
      squares[list] = centroid.reduce((sum, value) => sum + value * value, 0);
    }
    this.words[LISTS] = centroids.length;
    this.words[LEARNT_FROM] = centroids.length;
  }

  /** Takes note of what tells how much a list promises; undefined where nothing does. */
  setPromise(promising: Promising | undefined): void {
    const { start } = this.layout;
    this.space.floatsAt(start + PROMISE_AT, 3).set(promising?.weights ?? [0, 0, 0]);
    this.space.floatsAt(start + SCORES_AT, SLOPES).set(promising?.scores ?? Array(SLOPES).fill(0));
  }

  /** Mean squared distances of what lists hold from their centroids. */
  get spreads(): Float32Array {
    return this.space.floatsAt(this.layout.spreads, this.lists);
  }

  /** Ends the learning: from here on lists may be searched. */
  finish(farLimit: number): void {
    this.floats[FAR_LIMIT] = farLimit;
    const { words } = this;
    words[MET] = 0;
    words[FAR] = 0;
    words[SAMPLE_PROJECTED] = 0;
    words[LEARNT_FROM] = words[RECORDS] ?? 0;
  }

  /** Errors that tasks have measured; valid until the memory grows. */
  errors(from: number, to: number): Float32Array {
    return this.space.floatsAt(this.layout.errors + from * 4, to - from);
  }

  /** How many lists were nearer, beside each error; valid until the memory grows. */
  ranks(from: number, to: number): Uint32Array {
    return this.space.wordsAt(this.layout.ranks + from * 4, to - from);
  }

  /** How far away the neighbour was, squared, beside each error; valid until the memory grows. */
  reaches(from: number, to: number): Float32Array {
    return this.space.floatsAt(this.layout.reaches + from * 4, to - from);
  }

  /** What assignment has written for a range of nodes within one block: their lists. */
  assigned(from: number, to: number): Uint32Array {
    const { blockBase, blockBytes } = this.space.layout;
    const block = blockBase + Math.floor(from / BLOCK_SLOTS) * blockBytes;
    return this.space.wordsAt(block + this.layout.places + (from % BLOCK_SLOTS) * 4, to - from);
  }

  private get words(): Uint32Array {
    return this.space.wordsAt(this.layout.start, WORDS);
  }

  private get floats(): Float32Array {
    return this.space.floatsAt(this.layout.start, WORDS);
  }
}
