import { TimeSlice } from '../../base/time-slice.ts';
import type { Found } from '../../index/search.ts';
import { decode } from '../../kernel/codes.ts';
import type { VectorSpace } from '../../kernel/vector-space.ts';
import type { CodeRange } from '../../quantizer/scalar-range.ts';

/** Reads the vectors of slots from the store, prepared as the index compares them; undefined where a record is gone. */
export type VectorsOf = (slots: ArrayLike<number>) => readonly (Float32Array | undefined)[];

/** Vectors read in one go. */
const ROWS = 256;

/** Compares what was found by codes again, by the vectors themselves, and keeps the k nearest. */
export async function rerankFromStore(
  space: VectorSpace,
  query: Float32Array,
  found: Found,
  k: number,
  vectorsOf: VectorsOf,
): Promise<Found> {
  const nearest = await nearestOf(space, query, found.slots, k, vectorsOf);
  return { ...found, ...nearest, distanceComputations: found.distanceComputations + found.slots.length };
}

/** The k nearest of these slots by their vectors. Reading takes turns with the rest of the program. */
export async function nearestOf(
  space: VectorSpace,
  query: Float32Array,
  slots: Uint32Array,
  k: number,
  vectorsOf: VectorsOf,
): Promise<Pick<Found, 'slots' | 'distances'>> {
  const slice = new TimeSlice();
  let nearest: { readonly slot: number; readonly distance: number }[] = [];
  for (let from = 0; from < slots.length; from += ROWS) {
    const part = slots.subarray(from, from + ROWS);
    const vectors = vectorsOf(part);
    // Other searches may have used the lane during the pause.
    space.writeQuery(query);
    for (const [i, vector] of vectors.entries()) {
      if (vector) nearest.push({ slot: part[i] ?? 0, distance: space.distanceTo(vector) });
    }
    nearest = nearest.sort((a, b) => a.distance - b.distance || a.slot - b.slot).slice(0, k);
    if (from + ROWS < slots.length) await slice.pause();
  }
  return {
    slots: Uint32Array.from(nearest, ({ slot }) => slot),
    distances: Float32Array.from(nearest, ({ distance }) => distance),
  };
}

/** Makes all codes anew. What the store does not hold any more is a stepping stone: its code is converted. */
export async function recodeFromStore(
  space: VectorSpace,
  nodes: number,
  vectorsOf: VectorsOf,
  before: CodeRange | undefined,
): Promise<void> {
  const slice = new TimeSlice();
  for (let from = 0; from < nodes; from += ROWS) {
    const slots = Uint32Array.from({ length: Math.min(ROWS, nodes - from) }, (_, i) =>
      space.slotOf(from + i),
    );
    for (const [i, vector] of vectorsOf(slots).entries()) {
      const known = vector ?? (before && decode(space, from + i, before.offset, before.scale, before.centre));
      if (known) space.writeVector(from + i, known);
    }
    await slice.pause();
  }
}
