import { readFileSync } from 'node:fs';
import type { InferenceSession } from 'onnxruntime-web';
import { modelFile } from './model-file.ts';
import type { ModelSettings } from './protocol.ts';

/** From the token ids of some texts to their vectors, one after another. */
export type EmbedBatch = (batch: readonly (readonly number[])[]) => Promise<Float32Array>;

/** Onnxruntime-web and onnxruntime-node implement the same interface. */
type OnnxRuntime = typeof import('onnxruntime-web');

/** Not a literal in the import: the package is optional, and its types are not there without it. */
const NATIVE_RUNTIME: string = 'onnxruntime-node';

/** Errors only: the runtimes' warnings are about processors and graph nodes, nothing that a user can act on. */
const LOG_ERRORS = 3;

export async function loadModel({ runtime: wanted }: ModelSettings): Promise<EmbedBatch> {
  const runtime = (wanted !== 'wasm' && (await importNative(wanted))) || (await importWasm());
  const options: InferenceSession.SessionOptions = {
    graphOptimizationLevel: 'all',
    intraOpNumThreads: 1,
    logSeverityLevel: LOG_ERRORS,
    // The weights are turned into floats once, when the model is loaded, rather than by every run.
    extra: { session: { disable_quant_qdq: '1' } },
  };
  const session = await runtime.InferenceSession.create(readFileSync(modelFile('model.onnx')), options);

  return async (batch) => {
    const length = Math.max(...batch.map((ids) => ids.length));
    const inputIds = new Int32Array(batch.length * length);
    const attentionMask = new Int32Array(batch.length * length);
    for (const [row, ids] of batch.entries()) {
      inputIds.set(ids, row * length);
      attentionMask.fill(1, row * length, row * length + ids.length);
    }
    const shape = [batch.length, length];
    const { sentence_embedding: output } = await session.run({
      input_ids: new runtime.Tensor('int32', inputIds, shape),
      attention_mask: new runtime.Tensor('int32', attentionMask, shape),
    });
    if (!(output?.data instanceof Float32Array)) throw new Error('the model answered no vectors');
    return output.data;
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
        `minilm: ${NATIVE_RUNTIME} is installed and does not load (${error}); using WebAssembly`,
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
