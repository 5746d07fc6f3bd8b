export { type MiniLm, minilm } from './minilm.ts';
export type { MiniLmOptions } from './options.ts';
