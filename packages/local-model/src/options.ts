import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { VecinoError } from 'vecino/errors';
import type { OptionSpecs } from 'vecino/options';

export interface LocalModelOptions {
  /**
   * What computes: `wasm` is onnxruntime-web, which comes along; `native` is onnxruntime-node, two to four times as
   * fast, where you have installed it. `auto`, the default, is native where installed and wasm elsewhere. Vectors are
   * the same to within 1e-4.
   */
  readonly runtime?: Runtime;
  /**
   * Threads that compute, beside yours: 1 to 64; default the machine's processors, at most 4. Each has a copy of the
   * model. A call that brings little uses one.
   */
  readonly threads?: number;
}

export type Runtime = 'auto' | 'wasm' | 'native';

/** Because of the memory, and because the processors are there for the rest of the program too. */
const DEFAULT_THREADS_MAX = 4;

/** A function rather than a constant, because nothing is asked of the machine at import time. */
export function localModelOptionSpecs() {
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
  } as const satisfies OptionSpecs;
}

/**
 * Refuses the native runtime where it is asked for and not installed.
 *
 * @param model what messages call the model
 * @throws OPTION_INVALID
 */
export function requireRuntime(model: string, runtime: Runtime): void {
  if (runtime !== 'native' || isNativeInstalled()) return;
  throw new VecinoError(
    'OPTION_INVALID',
    `${model}: option "runtime" is "native", which needs the package onnxruntime-node, and it is not installed; run \`npm install onnxruntime-node\`, or leave the option out to use WebAssembly`,
    { details: { option: 'runtime', expected: 'wasm', received: 'native' } },
  );
}

function isNativeInstalled(): boolean {
  try {
    createRequire(import.meta.url).resolve('onnxruntime-node');
    return true;
  } catch {
    return false;
  }
}
