import { availableParallelism } from 'node:os';
import type { OptionSpecs } from 'vecino/options';

export interface MobileNetOptions {
  /**
   * What computes: `wasm` is onnxruntime-web, which comes along; `native` is onnxruntime-node, two to three times
   * as fast, where you have installed it. `auto`, the default, is native where installed and wasm elsewhere.
   * Vectors are the same to within 1e-4.
   */
  readonly runtime?: Runtime;
  /**
   * Threads that compute, beside yours: 1 to 64; default the machine's processors, at most 4. Each has a copy
   * of the model. A call of few pictures uses one.
   */
  readonly threads?: number;
  /**
   * Pixels of the largest picture that is decoded: 1 to 268,402,689, default 100,000,000. A small file may claim to be
   * a picture that fills the memory.
   */
  readonly pixelsMax?: number;
}

export type Runtime = 'auto' | 'wasm' | 'native';

/** Because of the memory, and because the processors are there for the rest of the program too. */
const DEFAULT_THREADS_MAX = 4;

/** A function rather than a constant, because nothing is asked of the machine at import time. */
export function mobileNetOptionSpecs() {
  return {
    runtime: {
      kind: 'choice',
      values: ['auto', 'wasm', 'native'],
      default: 'auto',
      about: 'What computes: onnxruntime-web (wasm), onnxruntime-node (native) or the better one installed.',
    },
    threads: {
      kind: 'integer',
      default: Math.min(availableParallelism(), DEFAULT_THREADS_MAX),
      min: 1,
      max: 64,
      about: 'Threads that compute, beside the calling one.',
    },
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
