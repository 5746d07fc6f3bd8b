import type { EffortName } from '../api/advice.ts';
import type { IndexFamily, IndexOptions } from '../api/index-options.ts';

/** How figures of a family grow with the number of records, as a power of it, before anything was measured. */
export interface Growth {
  /** Of the time of a search at a fixed recall, beyond what every search takes. */
  readonly search: number;
  readonly build: number;
  /** Of the effort at a fixed recall. */
  readonly effort: number;
}

/** A family with options that are worth a try. */
export interface Candidate {
  readonly name: string;
  readonly family: IndexFamily;
  readonly effortOption?: EffortName;
  /** What differs from the defaults. */
  readonly index: IndexOptions;
  readonly growth: Growth;
}

/**
 * What is expected before two sizes were measured, which then weigh more: who compares with all grows with their number,
 * lists with its root, a graph with less.
 */
const GROWTH = {
  flat: { search: 0.95, build: 1, effort: 0 },
  hnsw: { search: 0.3, build: 1.1, effort: 0.25 },
  ivf: { search: 0.5, build: 1.3, effort: 0.4 },
  pq: { search: 0.95, build: 1, effort: 0.15 },
  lsh: { search: 0.7, build: 1.05, effort: 0.6 },
} as const satisfies Readonly<Record<IndexFamily, Growth>>;

const EFFORT_OPTIONS = {
  hnsw: 'efSearch',
  ivf: 'nprobe',
  pq: 'oversample',
  lsh: 'probes',
} as const satisfies Readonly<Record<Exclude<IndexFamily, 'flat'>, EffortName>>;

/**
 * The cheapest to build first, so that a short budget still shows something of each family.
 *
 * The number of lists is not tried: with 64, 128, 256 and 512 of them searches at recall .95 and .99 are .77 to 1.10 times
 * as fast as with the family's own number, among 20,000 glosses, words and pictures each, where equal ones differ by as
 * much as .08 from run to run. A sweep would choose noise, and take the time of what differs.
 */
const TRIED: readonly IndexOptions[] = [
  { family: 'flat' },
  { family: 'ivf' },
  { family: 'pq' },
  { family: 'hnsw' },
  { family: 'lsh' },
  { family: 'ivf', quantizer: 'sq8' },
  { family: 'hnsw', M: 32 },
  { family: 'ivf', quantizer: 'binary' },
  { family: 'ivf', quantizer: 'none' },
  { family: 'hnsw', M: 8, efConstruction: 100 },
  { family: 'pq', bits: 8 },
  { family: 'lsh', tables: 12 },
];

/** All that is tried, in this order. */
export const CANDIDATES: readonly Candidate[] = TRIED.map(candidateOf);

/** The same with vectors that take less memory, where it has them: first in half of it, then none. */
export function smaller(candidate: Candidate): Candidate[] {
  const { index } = candidate;
  if (index.family === 'flat') return [];
  const kinds = index.family === 'ivf' && index.quantizer === 'none' ? ['f16'] : ['f16', 'disk'];
  return kinds.map((originals) => candidateOf({ ...index, originals } as IndexOptions));
}

function candidateOf(index: IndexOptions): Candidate {
  const { family } = index;
  return {
    name: nameOf(index),
    family,
    ...(family !== 'flat' && { effortOption: EFFORT_OPTIONS[family] }),
    index,
    growth: GROWTH[family],
  };
}

/** `hnsw M=8 efConstruction=100`, `ivf sq8`: as short as it can be understood. */
function nameOf({ family, ...options }: IndexOptions): string {
  const words = Object.entries(options).map(([name, value]) =>
    typeof value === 'string'
      ? name === 'quantizer' && value === 'none'
        ? 'raw'
        : value
      : `${name}=${value}`,
  );
  return [family, ...words].join(' ');
}

/** Factor between two efforts that are tried one after the other. */
const STEP = Math.SQRT2;
const EFFORT_MAX: Readonly<Record<EffortName, number>> = {
  efSearch: 10_000,
  nprobe: 8_192,
  probes: 32_768,
  oversample: 100,
};

/** Efforts to try for k hits, rising; one alone where the family has none. */
export function effortsOf({ effortOption }: Candidate, k: number, records: number): number[] {
  if (effortOption === undefined) return [0];
  const isWhole = effortOption !== 'oversample';
  const first = effortOption === 'efSearch' ? Math.max(8, k) : effortOption === 'probes' ? 8 : 1;
  // More lists than there are is the same as all of them.
  const most = effortOption === 'nprobe' ? 2 * Math.sqrt(records) : EFFORT_MAX[effortOption];
  const efforts: number[] = [];
  for (let effort = first; effort <= Math.min(most, EFFORT_MAX[effortOption]); effort *= STEP) {
    const rounded = isWhole ? Math.round(effort) : Math.round(effort * 10) / 10;
    if (rounded !== efforts.at(-1)) efforts.push(rounded);
  }
  return efforts;
}
