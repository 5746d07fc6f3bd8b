import { readFileSync } from 'node:fs';
import type { InferenceSession } from 'onnxruntime-web';
import { SIZE } from './facts.ts';
import { modelFile } from './model-file.ts';
import type { ModelSettings } from './protocol.ts';

/** From the pixels of a picture to its vector. */
export type EmbedPixels = (pixels: Float32Array) => Promise<Float32Array>;

/** Onnxruntime-web and onnxruntime-node implement the same interface. */
type OnnxRuntime = typeof import('onnxruntime-web');

/** Not a literal in the import: the package is optional, and its types are not there without it. */
const NATIVE_RUNTIME: string = 'onnxruntime-node';

/** Errors only: the runtimes' warnings are about processors and graph nodes, nothing that a user can act on. */
const LOG_ERRORS = 3;

export async function loadModel({ runtime: wanted }: Pick<ModelSettings, 'runtime'>): Promise<EmbedPixels> {
  const runtime = (wanted !== 'wasm' && (await importNative(wanted))) || (await importWasm());
  const options: InferenceSession.SessionOptions = {
    graphOptimizationLevel: 'all',
    intraOpNumThreads: 1,
    logSeverityLevel: LOG_ERRORS,
  };
  const session = await runtime.InferenceSession.create(readFileSync(modelFile('model.onnx')), options);

  return async (pixels) => {
    const { picture_embedding: output } = await session.run({
      pixels: new runtime.Tensor('float32', pixels, [1, SIZE, SIZE, 3]),
    });
    if (!(output?.data instanceof Float32Array)) throw new Error('the model answered no vector');
    // A copy, for the runtime may use its memory again.
    return output.data.slice();
  };
}

/** Undefined where any runtime will do and this one is not there. */
async function importNative(wanted: 'auto' | 'native'): Promise<OnnxRuntime | undefined> {
  try {
    const module = (await import(NATIVE_RUNTIME)) as { readonly default: OnnxRuntime };
    return module.default;
  } catch (error) {
    if (wanted === 'native') throw error;
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') {
      process.emitWarning(
        `mobilenet: ${NATIVE_RUNTIME} is installed and does not load (${error}); using WebAssembly`,
      );
    }
    return undefined;
  }
}

async function importWasm(): Promise<OnnxRuntime> {
  const runtime = await import('onnxruntime-web');
  runtime.env.logLevel = 'error';
  runtime.env.wasm.numThreads = 1;
  return runtime;
}
