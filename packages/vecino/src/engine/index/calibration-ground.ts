import { type Random, seededRandom } from '../../base/random.ts';
import { TimeSlice } from '../../base/time-slice.ts';
import type { Calibratable } from './calibrator.ts';
import type { SegmentFound, SegmentSearch } from './index-searcher.ts';
import type { Asker } from './measure-curves.ts';
import type { Segments } from './segments.ts';
import type { VectorsOf } from './vectors-on-disk.ts';

/** What calibrating needs of a structure beside its segments. */
interface Structure {
  readonly count: number;
  readonly isIdle: boolean;
  readonly isEnded: boolean;
  vectorOf(slot: number): Float32Array | undefined;
  searchMany(
    ks: readonly number[],
    queriesOf: (ordinal: number) => readonly SegmentSearch[],
  ): Promise<SegmentFound[]>;
}

/** Vectors read from the store in one go. */
const ROWS = 32;
/** The same records make the same sample. */
const SEED = 11;

/** A structure as calibrating sees it: its vectors as queries, and its own searches. */
export class CalibrationGround implements Calibratable {
  private readonly structure: Structure;
  private readonly segments: Segments;
  private readonly dimension: number;
  private readonly vectorsOf: VectorsOf;

  /** @param vectorsOf reads vectors from the store, where memory does not hold them */
  constructor(structure: Structure, segments: Segments, dimension: number, vectorsOf: VectorsOf) {
    this.structure = structure;
    this.segments = segments;
    this.dimension = dimension;
    this.vectorsOf = vectorsOf;
  }

  get count(): number {
    return this.structure.count;
  }

  get isIdle(): boolean {
    return this.structure.isIdle;
  }

  get isEnded(): boolean {
    return this.structure.isEnded;
  }

  get models(): readonly object[] {
    const { family } = this.segments.first.memory;
    return family.learner ? this.segments.all.map(({ memory }) => memory) : [];
  }

  get effortParts(): number {
    return this.segments.first.memory.family.effortOption === 'oversample' ? 10 : 1;
  }

  get hidesAsker(): boolean {
    return this.segments.first.memory.family.hidesAsker ?? false;
  }

  effortRange(k: number): { readonly min: number; readonly max: number } | undefined {
    const memories = this.segments.all.map(({ memory }) => memory);
    if (!memories.every(({ family, space }) => family.isReady?.(space) ?? true)) return undefined;
    const { family, space } = this.segments.first.memory;
    return family.effortRange?.(space, k);
  }

  async sample(count: number): Promise<Asker[]> {
    const slots = this.sampledSlots(count);
    const askers: Asker[] = [];
    const slice = new TimeSlice();
    for (let from = 0; from < slots.length; from += ROWS) {
      const part = slots.subarray(from, from + ROWS);
      const held = Array.from(part, (slot) => this.structure.vectorOf(slot));
      const vectors = held.includes(undefined) ? this.vectorsOf(part) : held;
      for (const [i, slot] of part.entries()) {
        const vector = vectors[i];
        // A query lacks the coordinate that `dot` adds to stored vectors.
        if (vector) askers.push({ slot, query: vector.subarray(0, this.dimension) });
      }
      await slice.pause();
    }
    return askers;
  }

  measure(searches: readonly SegmentSearch[]): Promise<SegmentFound[]> {
    const { capacity } = this.segments;
    return this.structure.searchMany(
      searches.map(({ k }) => k),
      (ordinal) =>
        searches.map(({ asking, ...search }) => {
          const local = (asking ?? -1) - ordinal * capacity;
          return local >= 0 && local < capacity ? { ...search, asking: local } : search;
        }),
    );
  }

  /**
   * Live slots from all over, in an order of chance: one from each of as many equal stretches of the nodes. At equal
   * distances they would be alike where records were added in turns, of ten kinds for instance.
   */
  private sampledSlots(count: number): Uint32Array {
    const random = seededRandom(SEED);
    const slots: number[] = [];
    for (const [ordinal, { nodes, memory }] of this.segments.all.entries()) {
      const live = nodes.live.toArray();
      const first = ordinal * this.segments.capacity;
      const share = Math.min(live.length, Math.ceil((count * live.length) / Math.max(1, this.count)));
      for (let i = 0; i < share; i++) {
        const node = live[Math.floor(((i + random()) * live.length) / share)];
        if (node !== undefined) slots.push(first + memory.space.slotOf(node));
      }
    }
    return shuffled(slots, random).subarray(0, count);
  }
}

function shuffled(numbers: readonly number[], random: Random): Uint32Array {
  const order = Uint32Array.from(numbers);
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j] ?? 0, order[i] ?? 0];
  }
  return order;
}
