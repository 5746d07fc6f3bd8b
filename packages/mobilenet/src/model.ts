import { loadModel, type Runtime } from '@vecino/local-model';
import { SIZE } from './facts.ts';
import { modelFile } from './model-file.ts';

/** From the pixels of a picture to its vector. */
export type EmbedPixels = (pixels: Float32Array) => Promise<Float32Array>;

export async function loadPictureEncoder(runtime: Runtime): Promise<EmbedPixels> {
  const { session, Tensor } = await loadModel('mobilenet', modelFile('model.onnx'), runtime);

  return async (pixels) => {
    const { picture_embedding: output } = await session.run({
      pixels: new Tensor('float32', pixels, [1, SIZE, SIZE, 3]),
    });
    if (!(output?.data instanceof Float32Array)) throw new Error('the model answered no vector');
    // A copy, for the runtime may use its memory again.
    return output.data.slice();
  };
}
