export { type MobileNet, mobilenet } from './mobilenet.ts';
export type { MobileNetOptions } from './options.ts';
