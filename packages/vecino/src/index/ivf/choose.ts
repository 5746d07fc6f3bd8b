import type { IvfOptions } from '../../api/index-options.ts';
import { LISTS_MAX } from '../../kernel/lists-layout.ts';
import type { VectorSpace } from '../../kernel/vector-space.ts';
import { ListsModel } from '../lists/model.ts';

/**
 * Lists as a multiple of √n, by the entries of a list that pay: fewer lists make longer scans, more a longer ranking of
 * them and a longer build. Entries of codes are scanned so quickly that lists may be longer. Of 60,000 records √n lists
 * took 1.01 to 1.10 times as long as .8 √n by codes and .88 to 1.07 times without; of 340,000 records 2 √n lists were
 * 1.28 and 1.35 times as fast as √n without codes, and 1.4 to 1.6 √n as fast as 2 √n by codes.
 */
const ENTRIES_OF_ROWS = 316;
const ENTRIES_OF_CODES = 400;
const FACTOR_MIN_OF_ROWS = 1;
const FACTOR_MIN_OF_CODES = 0.8;
const FACTOR_MAX = 2;
/** The share of lists that are probed where nobody says how many. */
const PROBED_SHARE = 1 / 16;
const PROBES_MIN = 8;
/** Lists that grow are split; there is room for this share more, and a few. */
const SPARE_SHARE = 0.25;
const SPARE_MIN = 4;

/** Lists for so many records. */
export function listsFor(
  { nlist, quantizer }: Pick<Required<IvfOptions>, 'nlist' | 'quantizer'>,
  records: number,
): number {
  const coded = isCoded(quantizer);
  const least = (coded ? FACTOR_MIN_OF_CODES : FACTOR_MIN_OF_ROWS) * Math.sqrt(records);
  const wanted = records / (coded ? ENTRIES_OF_CODES : ENTRIES_OF_ROWS);
  const most = FACTOR_MAX * Math.sqrt(records);
  return Math.max(1, Math.min(LISTS_MAX, nlist ?? Math.round(Math.min(most, Math.max(least, wanted)))));
}

/** Whether lists hold codes shorter than a byte a dimension. */
export function isCoded(quantizer: Required<IvfOptions>['quantizer']): boolean {
  return quantizer === 'pq' || quantizer === 'binary';
}

export function withSpare(lists: number): number {
  return Math.min(LISTS_MAX, Math.ceil(lists * (1 + SPARE_SHARE)) + SPARE_MIN);
}

/** Lists to probe: what was asked for, or a share of those there are. */
export function probesOf(space: VectorSpace, effort: number): number {
  const { lists } = new ListsModel(space);
  const probes = effort > 0 ? effort : Math.max(PROBES_MIN, Math.round(lists * PROBED_SHARE));
  return Math.max(1, Math.min(lists, probes));
}

/**
 * Where a filter lets a share of all records pass, the k nearest of these lie as far away as k / share of all do, and
 * lists to be probed grow with about the root of how many are wanted.
 */
export function probesBehindFilter(space: VectorSpace, probes: number, share: number): number {
  const { lists } = new ListsModel(space);
  return Math.min(lists, Math.ceil(probes / Math.sqrt(Math.max(share, 1e-6))));
}
