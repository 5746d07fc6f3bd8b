import type { IvfOptions } from '../../api/index-options.ts';
import { LISTS_MAX } from '../../kernel/lists-layout.ts';
import type { VectorSpace } from '../../kernel/vector-space.ts';
import { ListsModel } from '../lists/model.ts';

/**
 * Lists as a multiple of √n: fewer make longer scans, more a longer ranking of lists and a longer build. √n of 60,000
 * vectors (1.6 √n: .90 to .95 of the speed), 2 √n of 340,000 (1.04 to 1.15 times as fast as √n by codes of half a
 * byte, 1.28 and 1.35 times without codes), and in between lists of one length.
 */
const FEW_RECORDS = 100_000;
const FACTOR_MAX = 2;
/** The share of lists that are probed where nobody says how many. */
const PROBED_SHARE = 1 / 16;
const PROBES_MIN = 8;
/** Lists that grow are split; there is room for this share more, and a few. */
const SPARE_SHARE = 0.25;
const SPARE_MIN = 4;

/** Lists for so many records. */
export function listsFor({ nlist }: Pick<IvfOptions, 'nlist'>, records: number): number {
  const factor = Math.min(FACTOR_MAX, Math.max(1, Math.sqrt(records / FEW_RECORDS)));
  return Math.max(1, Math.min(LISTS_MAX, nlist ?? Math.round(factor * Math.sqrt(records))));
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
