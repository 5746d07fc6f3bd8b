import { PQ_OPTIONS, type PqOptions } from '../../api/index-options.ts';
import { VecinoError } from '../../base/errors.ts';
import type { Family } from '../family.ts';
import { builder } from '../lists/build.ts';
import { check } from '../lists/check.ts';
import { listsLearner } from '../lists/learner.ts';
import { ListsModel } from '../lists/model.ts';
import { cost } from './cost.ts';
import { CANDIDATES_MAX, search } from './search.ts';

/**
 * Product quantisation (Jégou, Douze and Schmid, "Product quantization for nearest neighbor search", TPAMI 2011): every
 * search scans the codes of all vectors, of a bit a dimension or so, and compares the best by their vectors. Time
 * grows with n, but each vector costs a few nanoseconds; codes are the smallest of all families. It is an inverted
 * file of one list, whose centroid is the mean.
 */
export const pq: Family<PqOptions> = {
  name: 'pq',
  options: PQ_OPTIONS,
  validate,
  layout: ({ bits, width, rotation, originals }, room) => ({
    rows: originals === 'disk',
    originals,
    lists: {
      capacity: room === 0 ? 0 : 1,
      records: room,
      width: width ?? WIDTHS[bits],
      bits,
      binary: false,
      rotated: rotation,
    },
  }),
  effort: ({ oversample }) => oversample,
  effortOption: 'oversample',
  effortRange: (_, k) => ({
    min: 1,
    max: Math.min(PQ_OPTIONS.oversample.max, Math.max(1, Math.floor(CANDIDATES_MAX / k))),
  }),
  way: 'codes',
  search,
  cost,
  isReady: ListsModel.isReady,
  learner: listsLearner<PqOptions>({ lists: () => 1 }),
  builder,
  check,
};

/** Dimensions of a sub-quantizer where nobody says how many: a bit a dimension. */
const WIDTHS = { 4: 4, 8: 8 } as const;

function validate(
  thing: string,
  { bits, width, rotation, originals }: Required<PqOptions>,
  dimension: number | undefined,
): void {
  const invalid = (option: string, received: unknown, expected: string, remedy: string) =>
    new VecinoError(
      'OPTION_INVALID',
      `${thing}: option "${option}" is ${received}, expected ${expected}; ${remedy}`,
      { details: { option, expected, received } },
    );
  if (!(bits in WIDTHS)) throw invalid('bits', bits, '4 or 8', 'codes of other lengths cannot be scanned');
  if (dimension !== undefined && width > dimension)
    throw invalid('width', width, `at most ${dimension}, the dimension of the vectors`, 'use fewer');
  if (rotation && originals !== 'f32')
    throw invalid(
      'rotation',
      `true beside originals "${originals}"`,
      'originals "f32", from which it is learnt',
      'leave it out',
    );
}
