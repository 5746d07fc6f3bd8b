import { engineOf } from '../entrant.ts';
import type { Effort } from '../knob.ts';
import { rounded } from './numbers.ts';
import type { Report, SearchFigures } from './report.ts';

/** An effort in the words of the engine's own users: `efSearch 64`, `nprobe 11, refine 4`. */
export function describeEffort({ engines }: Pick<Report, 'engines'>, figures: SearchFigures): string {
  const knob = engines.find(({ peer }) => peer === engineOf(figures.peer))?.knob;
  if (knob === undefined) return 'exact';
  return `${knob} ${trimmed(figures.effort)}${describeRefine(figures)}`;
}

function describeRefine({ refine }: Effort): string {
  return refine === 1 ? '' : `, refine ${trimmed(refine)}`;
}

function trimmed(value: number): string {
  return Number.isInteger(value) ? String(value) : rounded(value);
}
