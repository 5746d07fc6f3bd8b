import { FLAT_OPTIONS, type FlatOptions } from '../../api/index-options.ts';
import type { Family } from '../family.ts';

/** Exact search: the vectors themselves are the index. Time and memory grow with n × dimension. */
export const flat: Family<FlatOptions> = {
  name: 'flat',
  options: FLAT_OPTIONS,
  graph: () => undefined,
  quantizer: () => 'none',
  originals: () => 'f32',
  effort: () => 0,
  check: () => [],
};
