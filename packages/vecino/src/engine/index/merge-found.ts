import { present } from '../../base/assert.ts';
import type { SegmentFound } from './index-searcher.ts';

/** Puts the answers of several segments together: the k nearest of all, and what was done in sum. */
export function mergeFound(parts: readonly SegmentFound[], k: number): SegmentFound {
  const [only] = parts;
  if (parts.length === 1) return present(only, 'the answer of a segment');
  const entries = parts
    .flatMap(({ slots, distances }) =>
      Array.from(slots, (slot, i) => ({ slot, distance: distances[i] ?? Number.POSITIVE_INFINITY })),
    )
    .sort((a, b) => a.distance - b.distance || a.slot - b.slot)
    .slice(0, k);
  const sum = (of: (part: SegmentFound) => number) => parts.reduce((total, part) => total + of(part), 0);
  // The dearest segment speaks for all: it is the one to explain.
  const dearest = present(
    parts.toSorted((a, b) => b.distanceComputations - a.distanceComputations)[0],
    'the answer of a segment',
  );
  return {
    slots: Uint32Array.from(entries, ({ slot }) => slot),
    distances: Float32Array.from(entries, ({ distance }) => distance),
    way: dearest.way,
    gaveUp: parts.some(({ gaveUp }) => gaveUp),
    candidates: sum(({ candidates }) => candidates),
    distanceComputations: sum(({ distanceComputations }) => distanceComputations),
    reason: `${parts.length} segments; in the dearest, ${dearest.reason}`,
    thread: parts.some(({ thread }) => thread === 'worker') ? 'worker' : 'caller',
    live: sum(({ live }) => live),
    matches: sum(({ matches }) => matches),
    pending: sum(({ pending }) => pending),
    effort: dearest.effort,
  };
}
