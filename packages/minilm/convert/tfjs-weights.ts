import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A tensor of one byte a number: the number is `byte * scale + min`. */
export interface QuantizedTensor {
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
  readonly scale: number;
  readonly min: number;
}

/** The part of a TensorFlow.js `model.json` that says where each weight lies. */
interface WeightsManifest {
  readonly weightsManifest: readonly {
    readonly paths: readonly string[];
    readonly weights: readonly {
      readonly name: string;
      readonly shape: readonly number[];
      readonly dtype: 'float32' | 'int32';
      readonly quantization?: { readonly dtype: 'uint8'; readonly scale: number; readonly min: number };
    }[];
  }[];
}

/** The quantized weights of a TensorFlow.js graph model, by name. */
export type TfjsWeights = ReadonlyMap<string, QuantizedTensor>;

/**
 * Reads the weights of the model in a folder. They lie in the shards one after another, without gaps, in the
 * order of the manifest; those that are not quantized are shapes and axes of TensorFlow's own nodes, which
 * our graph spells out itself.
 */
export function readTfjsWeights(folder: string): TfjsWeights {
  const manifest = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8')) as WeightsManifest;
  const tensors = new Map<string, QuantizedTensor>();
  for (const { paths, weights } of manifest.weightsManifest) {
    const shards = Buffer.concat(paths.map((path) => readFileSync(join(folder, path))));
    let offset = 0;
    for (const { name, shape, quantization } of weights) {
      const count = shape.reduce((product, length) => product * length, 1);
      if (quantization) {
        const { scale, min } = quantization;
        tensors.set(name, { shape, bytes: shards.subarray(offset, offset + count), scale, min });
      }
      offset += quantization ? count : count * 4;
    }
    if (offset !== shards.length) {
      throw new Error(`the weights in ${folder} are ${shards.length} bytes, expected ${offset}`);
    }
  }
  return tensors;
}
