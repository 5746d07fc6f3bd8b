import { type LocalModelOptions, localModelOptionSpecs } from '@vecino/local-model';
import type { OptionSpecs } from 'vecino/options';

export interface MobileNetOptions extends LocalModelOptions {
  /**
   * Pixels of the largest picture that is decoded: 1 to 268,402,689, default 100,000,000. A small file may claim to be
   * a picture that fills the memory.
   */
  readonly pixelsMax?: number;
}

/** A function rather than a constant, because nothing is asked of the machine at import time. */
export function mobileNetOptionSpecs() {
  return {
    ...localModelOptionSpecs(),
    pixelsMax: {
      kind: 'integer',
      default: 100_000_000,
      min: 1,
      // What libvips lets sharp ask for.
      max: 0x3fff ** 2,
      about: 'Pixels of the largest picture that is decoded.',
    },
  } as const satisfies OptionSpecs;
}
