import { loadModel, type Runtime } from '@vecino/local-model';
import { modelFile } from './model-file.ts';

/** From the token ids of some texts to their vectors, one after another. */
export type EmbedBatch = (batch: readonly (readonly number[])[]) => Promise<Float32Array>;

export async function loadSentenceEncoder(runtime: Runtime): Promise<EmbedBatch> {
  const { session, Tensor } = await loadModel('minilm', modelFile('model.onnx'), runtime, {
    // The weights are turned into floats once, when the model is loaded, rather than by every run.
    extra: { session: { disable_quant_qdq: '1' } },
  });

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
      input_ids: new Tensor('int32', inputIds, shape),
      attention_mask: new Tensor('int32', attentionMask, shape),
    });
    if (!(output?.data instanceof Float32Array)) throw new Error('the model answered no vectors');
    return output.data;
  };
}
