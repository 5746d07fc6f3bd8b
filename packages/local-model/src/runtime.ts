import { readFileSync } from 'node:fs';
import type { InferenceSession } from 'onnxruntime-web';
import type { Runtime } from './options.ts';

/** Onnxruntime-web and onnxruntime-node implement the same interface. */
type OnnxRuntime = typeof import('onnxruntime-web');

/** A model that can be run, and what its tensors are made with. */
export interface LoadedModel extends Pick<OnnxRuntime, 'Tensor'> {
  readonly session: InferenceSession;
}

/** Not a literal in the import: the package is optional, and its types are not there without it. */
const NATIVE_RUNTIME: string = 'onnxruntime-node';

/** Errors only: the runtimes' warnings are about processors and graph nodes, nothing that a user can act on. */
const LOG_ERRORS = 3;

/**
 * Opens a model. It computes on the thread that calls it, and on no other.
 *
 * @param model what messages call the model
 * @param file an ONNX file
 * @param options of ONNX Runtime's session, beside those that are set here
 */
export async function loadModel(
  model: string,
  file: string | URL,
  wanted: Runtime,
  options: InferenceSession.SessionOptions = {},
): Promise<LoadedModel> {
  const runtime = (wanted !== 'wasm' && (await importNative(model, wanted))) || (await importWasm());
  const session = await runtime.InferenceSession.create(readFileSync(file), {
    graphOptimizationLevel: 'all',
    intraOpNumThreads: 1,
    logSeverityLevel: LOG_ERRORS,
    ...options,
  });
  return { session, Tensor: runtime.Tensor };
}

/** Undefined where any runtime will do and this one is not there. */
async function importNative(model: string, wanted: 'auto' | 'native'): Promise<OnnxRuntime | undefined> {
  try {
    const module = (await import(NATIVE_RUNTIME)) as { readonly default: OnnxRuntime };
    return module.default;
  } catch (error) {
    if (wanted === 'native') throw error;
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') {
      process.emitWarning(
        `${model}: ${NATIVE_RUNTIME} is installed and does not load (${error}); using WebAssembly`,
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
