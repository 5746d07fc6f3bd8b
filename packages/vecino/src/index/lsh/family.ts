import { LSH_OPTIONS, type LshOptions } from '../../api/index-options.ts';
import { VecinoError } from '../../base/errors.ts';
import type { Family } from '../family.ts';
import { builder } from './build.ts';
import { check } from './check.ts';
import { cost, effortRange } from './cost.ts';
import { learner } from './learn.ts';
import { TablesModel } from './model.ts';
import { search } from './search.ts';

/**
 * Locality-sensitive hashing (Indyk and Motwani, "Approximate nearest neighbors", STOC 1998) with multi-probe. A search
 * looks at what lies in some thousand buckets, a share of n that stays about the same as n grows, and compares what
 * sketches of it do not rule out: it is no match for graphs or inverted lists. In return a build is one pass of
 * projections, and adding and removing cost next to nothing. Tables take four bytes a record each, sketches 16, codes
 * one a dimension.
 */
export const lsh: Family<LshOptions> = {
  name: 'lsh',
  options: LSH_OPTIONS,
  defaults: (metric) => ({
    hash: metric === 'l2' ? 'p-stable' : 'hyperplanes',
    quantizer: metric === 'dot' ? 'none' : 'sq8',
  }),
  validate: (thing, { quantizer, originals }) => {
    if (originals !== 'disk' || quantizer === 'sq8') return;
    throw new VecinoError(
      'OPTION_INVALID',
      `${thing}: option "originals" is "disk" beside the quantizer "${quantizer}", expected "f32" or "f16"; use the quantizer "sq8", whose codes searches can compare`,
      { details: { option: 'originals', expected: 'f32', received: originals } },
    );
  },
  layout: ({ tables, hash, quantizer, originals }, room) => ({
    rows: quantizer === 'sq8',
    originals,
    tables: { tables, bits: room, celled: hash === 'p-stable' },
  }),
  effort: ({ probes }, space) =>
    TablesModel.isReady(space) ? (probes ?? new TablesModel(space).defaultProbes) : 0,
  effortOption: 'probes',
  effortRange,
  way: 'buckets',
  search,
  cost,
  isReady: TablesModel.isReady,
  learner,
  builder,
  check,
};
