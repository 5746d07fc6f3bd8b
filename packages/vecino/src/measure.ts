/**
 * What was measured of searches, put into numbers that can be compared: how sure a recall is, figures at equal recall,
 * what is left to choose from, and how hard vectors are to search. Plain numbers in, plain numbers out; nothing here
 * opens a database. It is what `advise` and `vecino bench` judge by.
 *
 * @packageDocumentation
 */
export { type Crossing, crossingOf, nines, valueAt } from './measure/equal-recall.ts';
export { hubness } from './measure/hubness.ts';
export { intrinsicDimension } from './measure/intrinsic-dimension.ts';
export { type Measured, paretoFront } from './measure/pareto-front.ts';
export { mean, median, quantile } from './measure/statistics.ts';
export { wilsonInterval } from './measure/wilson.ts';
