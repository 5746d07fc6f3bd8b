/** From one memory to another, whose blocks may have other regions beside. */
import type { Layout } from './layout.ts';
import type { VectorSpace } from './vector-space.ts';

/** Places `first` to `end` of an order: the node that stands at place i becomes node i. */
export interface Places {
  readonly order: Uint32Array;
  readonly first: number;
  readonly end: number;
}

/** A region of which each node has a row. Where it begins may differ between two memories, its stride may not. */
type Region = (layout: Layout) => readonly [start: number, stride: number];

/** Everything that a node is, but for the structure. */
export function copyNodes(source: VectorSpace, target: VectorSpace, places: Places): void {
  copyRows(source, target, places, ({ slots }) => [slots, 4]);
  for (const region of vectorRegions(target)) copyRows(source, target, places, region);
  copyRows(source, target, places, ({ linked }) => [linked, 1]);
}

/** The vector of one node, and its code. */
export function copyVector(source: VectorSpace, from: number, target: VectorSpace, to: number): void {
  for (const region of vectorRegions(target)) {
    const [fromRegion, stride] = region(source.layout);
    const [toRegion] = region(target.layout);
    const at = source.nodeStart(from, fromRegion, stride);
    const row = source.memoryBytes.subarray(at, at + stride);
    target.memoryBytes.set(row, target.nodeStart(to, toRegion, stride));
  }
}

export function copyRows(
  source: VectorSpace,
  target: VectorSpace,
  { order, first, end }: Places,
  region: Region,
): void {
  const [fromRegion, stride] = region(source.layout);
  const [toRegion] = region(target.layout);
  if (stride === 0) return;
  const from = source.memoryBytes;
  const to = target.memoryBytes;
  for (let node = first; node < end; node++) {
    const at = source.nodeStart(order[node] ?? 0, fromRegion, stride);
    const into = target.nodeStart(node, toRegion, stride);
    if (stride === 1) to[into] = from[at] ?? 0;
    else to.set(from.subarray(at, at + stride), into);
  }
}

/** The vector itself and the parts of its code. */
function vectorRegions({ layout }: VectorSpace): Region[] {
  const parts = layout.codeRegions.map(
    (_, i): Region =>
      (other) =>
        other.codeRegions[i] ?? [0, 0],
  );
  return [({ vectors, vectorStride }) => [vectors, vectorStride], ...parts];
}
