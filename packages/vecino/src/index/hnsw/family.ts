import { HNSW_OPTIONS, type HnswOptions } from '../../api/index-options.ts';
import { VecinoError } from '../../base/errors.ts';
import type { Family } from '../family.ts';
import { builder } from './build.ts';
import { check } from './check.ts';
import { cost } from './cost.ts';
import { search } from './search.ts';

/**
 * The hierarchical navigable small world graph of Malkov and Yashunin (arXiv:1603.09320). A search computes
 * some ef × M distances, growing with the logarithm of n; a build n × efConstruction × M; links take
 * 8 M + 4 bytes a record beside the vector, codes one a dimension.
 */
export const hnsw: Family<HnswOptions> = {
  name: 'hnsw',
  options: HNSW_OPTIONS,
  defaults: (metric) => ({ quantizer: metric === 'dot' ? 'none' : 'sq8' }),
  validate: (thing, { quantizer, originals }) => {
    if (originals === 'f32' || quantizer === 'sq8') return;
    throw new VecinoError(
      'OPTION_INVALID',
      `${thing}: option "originals" is "${originals}" beside the quantizer "${quantizer}", expected "f32"; use the quantizer "sq8", whose codes walks can compare`,
      { details: { option: 'originals', expected: 'f32', received: originals } },
    );
  },
  layout: ({ M, efConstruction, seed, quantizer, originals }) => ({
    graph: { M, efConstruction, seed },
    coded: quantizer === 'sq8',
    originals,
  }),
  effort: ({ efSearch }) => efSearch,
  effortOption: 'efSearch',
  // No walk keeps less than it answers; with less than ten it ends where it began.
  effortRange: (_, k) => ({ min: Math.max(10, k), max: HNSW_OPTIONS.efSearch.max }),
  hidesAsker: true,
  way: 'graph',
  search,
  cost,
  builder,
  check,
};
