import { FLAT_OPTIONS, type FlatOptions } from '../../api/index-options.ts';
import type { Family } from '../family.ts';
import { builder } from './build.ts';
import { check } from './check.ts';
import { learner } from './learn.ts';
import { scanner } from './scan.ts';

/**
 * Exact search. Sketches of a few dozen bytes rule out most vectors, the others are compared; so time still
 * grows with n, but with a tenth of the dimension or less. Memory is the vectors and up to 1.5 bytes a dimension.
 */
export const flat: Family<FlatOptions> = {
  name: 'flat',
  options: FLAT_OPTIONS,
  layout: () => ({ sketched: true }),
  effort: () => 0,
  scanner,
  learner,
  builder,
  check,
};
