export type { OptionSpec, OptionSpecs } from './base/options.ts';
export { readOptions } from './base/options.ts';
