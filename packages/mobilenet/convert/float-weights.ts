import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A tensor of 32-bit floats, rows last. */
export interface FloatTensor {
  readonly shape: readonly number[];
  readonly numbers: Float32Array;
}

/** The part of a TensorFlow.js `model.json` that says where each weight lies. */
interface WeightsManifest {
  readonly weightsManifest: readonly {
    readonly paths: readonly string[];
    readonly weights: readonly {
      readonly name: string;
      readonly shape: readonly number[];
      readonly dtype: 'float32' | 'int32' | 'bool';
      readonly quantization?: object;
    }[];
  }[];
}

const ELEMENT_BYTES = { float32: 4, int32: 4, bool: 1 } as const;

/** The weights of a TensorFlow.js graph model that are 32-bit floats, by name. */
export type FloatWeights = ReadonlyMap<string, FloatTensor>;

/**
 * Reads the weights of the model in a folder: they lie in the shards one after another, without gaps, in the order of
 * the manifest. Whole numbers are shapes and axes of TensorFlow's own nodes, which our graph spells out itself.
 */
export function readFloatWeights(folder: string): FloatWeights {
  const manifest = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8')) as WeightsManifest;
  const tensors = new Map<string, FloatTensor>();
  for (const { paths, weights } of manifest.weightsManifest) {
    const shards = Buffer.concat(paths.map((path) => readFileSync(join(folder, path))));
    let offset = 0;
    for (const { name, shape, dtype, quantization } of weights) {
      if (quantization) throw new Error(`the weight "${name}" in ${folder} is quantized, expected floats`);
      const bytes = shape.reduce((product, length) => product * length, 1) * ELEMENT_BYTES[dtype];
      // A copy, because floats must begin at a multiple of four and a weight need not.
      if (dtype === 'float32') {
        const copy = Uint8Array.from(shards.subarray(offset, offset + bytes));
        tensors.set(name, { shape, numbers: new Float32Array(copy.buffer) });
      }
      offset += bytes;
    }
    if (offset !== shards.length) {
      throw new Error(`the weights in ${folder} are ${shards.length} bytes, expected ${offset}`);
    }
  }
  return tensors;
}
