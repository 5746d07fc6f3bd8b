/**
 * Engines for nearest vectors, measured on files of vectors at equal recall; what `vecino bench` calls.
 *
 * @packageDocumentation
 */
export { type BenchOptions, type BenchResult, benchFiles } from './bench-files.ts';
export { toSvg } from './report/plot.ts';
export type { Report } from './report/report.ts';
export { rowsOf } from './report/standing-rows.ts';
export { toText } from './report/text.ts';
