import type { SketchRoom } from '../../kernel/model-layout.ts';

/** How many bytes each sketch gets; a fine sketch of 0 bytes is none. */
export interface Choice {
  readonly coarse: number;
  readonly fine: number;
  /** Estimated nanoseconds of a search, for each slot. */
  readonly cost: number;
}

/** What a sample of the data says about the bounds that axes give. */
export interface BoundSample {
  readonly floats: number;
  readonly room: SketchRoom;
  /** Axes that were found. */
  readonly axes: number;
  /** Whether a tail may be left out where the axes cover all dimensions. */
  readonly mayOmitTail: boolean;
  /** The share of slots that bounds from this many axes (and, where there is one, their tail) let pass. */
  shareOf(axes: number, hasTail: boolean): number;
}

// Nanoseconds on a Zen 4 core, 3.x GHz, relaxed build, Node 24.
const VECTOR_NS = 6;
const FLOAT_NS = 0.09;
/** One coarse sketch, and each byte of it. */
const COARSE_NS = 0.4;
const COARSE_BYTE_NS = 0.026;
/** Asking for one fine sketch somewhere in memory, or for one vector. */
const FINE_NS = 25;
const FINE_BYTE_NS = 0.06;
const FETCH_NS = 60;
/** While the k-th neighbour so far is not yet the final one, more slots pass: about twice as many in all. */
const PASSING = 2;

const UNIT = 16;

/** The number of axes of a sketch of so many bytes, and whether their tail follows. */
export function shapeOf(
  bytes: number,
  { axes, floats, mayOmitTail }: Pick<BoundSample, 'axes' | 'floats' | 'mayOmitTail'>,
): { readonly axes: number; readonly hasTail: boolean } {
  if (mayOmitTail && axes === floats && bytes >= floats) return { axes, hasTail: false };
  return { axes: Math.min(axes, bytes - 1), hasTail: true };
}

/** The cheapest sketches, or undefined where comparing with every vector is cheaper. */
export function choose(sample: BoundSample): Choice | undefined {
  const { floats, room } = sample;
  const plain = VECTOR_NS + FLOAT_NS * floats;
  const vectorNs = plain + FETCH_NS;
  // More bytes than axes and a tail say nothing new.
  const most = Math.ceil((sample.axes + 1) / UNIT) * UNIT;
  let best: Choice | undefined;
  for (let coarse = UNIT; coarse <= Math.min(room.coarseMax, most); coarse += UNIT) {
    const passing = shareAt(sample, coarse);
    const scan = COARSE_NS + COARSE_BYTE_NS * coarse;
    const finest = Math.min(room.fineMax, room.bytes - coarse, most);
    for (const fine of [0, finest]) {
      if (fine !== 0 && fine <= coarse) continue;
      const refine = fine === 0 ? 0 : PASSING * passing * (FINE_NS + FINE_BYTE_NS * fine);
      const cost = scan + refine + PASSING * shareAt(sample, fine === 0 ? coarse : fine) * vectorNs;
      if (cost < (best?.cost ?? plain * WORTH)) best = { coarse, fine, cost };
    }
  }
  return best;
}

/** Estimates must promise this much before sketches are made at all. */
const WORTH = 0.7;

function shareAt(sample: BoundSample, bytes: number): number {
  const { axes, hasTail } = shapeOf(bytes, sample);
  return sample.shareOf(axes, hasTail);
}
