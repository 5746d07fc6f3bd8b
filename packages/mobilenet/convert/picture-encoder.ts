import { OnnxGraph } from '../../local-model/convert/onnx.ts';
import type { FloatTensor, FloatWeights } from './float-weights.ts';

/**
 * MobileNetV2 (Sandler et al. 2018, arXiv:1801.04381) in its plain size (width 1), up to its last block. The paper's
 * table 2 is `BLOCKS` below, its figure 4 `#block`.
 *
 * The vector is what leaves the 15th and the 17th block, each as its mean over all places of the picture and scaled to
 * length 1, side by side: 160 and 320 numbers. Same-category precision at 10 on 800 of Debian's tuxpaint stamps (15 and
 * 70 categories) and on 1,000 pictures of openmoji (12 and 120):
 *
 *                                  stamps          openmoji
 *   the last convolution, 1,280    0.575  0.397    0.401  0.228    as it is usually done
 *   block 17, 320                  0.628  0.452    0.418  0.240
 *   block 15, 160                  0.647  0.458    0.424  0.248
 *   blocks 15 and 17, 480          0.645  0.465    0.425  0.249
 *   32 x 32 grey pixels            0.246  0.131    0.348  0.197    for comparison
 *
 * The last convolution has been trained for large boxes of the detector, and knows less of what there is than the
 * blocks before it. Generalised means (p = 3), greatest values and square roots of the numbers were worse by 0.01 to 0.1.
 *
 * Deviations: what batch normalisation multiplies by is part of the kernels (TensorFlow had folded it into most, we
 * fold it into the rest), so that a convolution and its bias are all that is left of it. The classifier behind is left
 * out. The weights are those of an object detector that was trained with the pictures of COCO.
 *
 * Cost: 0.3 billion multiplications for a picture of 224 by 224.
 */

/** For each block: by how much it widens, how many channels leave it, and its stride. */
const BLOCKS = [
  { widen: 1, channels: 16, stride: 1 },
  ...repeat(2, 24, 2),
  ...repeat(3, 32, 2),
  ...repeat(4, 64, 2),
  ...repeat(3, 96, 1),
  ...repeat(3, 160, 2),
  ...repeat(1, 320, 1),
] as const;

const CHANNELS_FIRST = 32;
/** Blocks, counted from 0, whose outputs make the vector, and how long it is. */
const SEEN: readonly number[] = [14, 16];
const DIMENSION = 160 + 320;
const ROOT = 'FeatureExtractor/MobilenetV2';

/**
 * The ONNX file: `pixels` [batch, size, size, 3], bytes as decoded, to `picture_embedding` [batch, 480].
 *
 * @param size edge of the pictures, in pixels; a multiple of 32, so that every stride halves an even number
 */
export function encodePictureEncoder(weights: FloatWeights, size: number): Uint8Array {
  if (size % 32 !== 0) throw new Error(`pictures are ${size} pixels wide, expected a multiple of 32`);
  return new PictureEncoder(weights).encode(size);
}

class PictureEncoder {
  readonly #graph = new OnnxGraph('mobilenet-v2');
  readonly #weights: FloatWeights;

  constructor(weights: FloatWeights) {
    this.#weights = weights;
  }

  encode(size: number): Uint8Array {
    const graph = this.#graph;
    const pixels = graph.input('pixels', 'float32', ['batch', size, size, 3]);
    // From 0…255 to -1…1, as the network was trained, and from pixels of three channels to three channels of pixels.
    const scaled = graph.node('Sub', [graph.node('Mul', [pixels, graph.scalar(2 / 255)]), graph.scalar(1)]);
    const planes = graph.node('Transpose', [scaled], { perm: [0, 3, 1, 2] });

    let features = this.#relu6(this.#convolve(planes, `${ROOT}/Conv`, 2));
    let channels = CHANNELS_FIRST;
    const seen: string[] = [];
    for (const [i, block] of BLOCKS.entries()) {
      const name = i === 0 ? 'expanded_conv' : `expanded_conv_${i}`;
      features = this.#block(features, `${ROOT}/${name}`, channels, block);
      channels = block.channels;
      if (SEEN.includes(i)) seen.push(this.#mean(features));
    }
    const vector = this.#unit(graph.node('Concat', seen, { axis: 1 }));
    graph.output('picture_embedding', 'float32', ['batch', DIMENSION], vector);
    return graph.encode();
  }

  /** The mean over all places of the picture, of length 1. */
  #mean(features: string): string {
    return this.#unit(
      this.#graph.node('ReduceMean', [features, this.#graph.integers(2, 3)], { keepdims: 0 }),
    );
  }

  #unit(vector: string): string {
    const length = this.#graph.node('ReduceL2', [vector, this.#graph.integers(1)], { keepdims: 1 });
    return this.#graph.node('Div', [vector, length]);
  }

  /** An inverted residual: widened, each channel filtered by itself, and made narrow again without a nonlinearity. */
  #block(
    input: string,
    name: string,
    channels: number,
    { widen, channels: channelsOut, stride }: (typeof BLOCKS)[number],
  ): string {
    const wide = widen === 1 ? input : this.#relu6(this.#convolve(input, `${name}/expand`, 1));
    const filtered = this.#relu6(this.#depthwise(wide, `${name}/depthwise`, channels * widen, stride));
    const narrow = this.#convolve(filtered, `${name}/project`, 1);
    const isResidual = stride === 1 && channels === channelsOut;
    return isResidual ? this.#graph.node('Add', [narrow, input]) : narrow;
  }

  /** A convolution of all channels, its batch normalisation in its kernel and bias. */
  #convolve(input: string, name: string, stride: number): string {
    const { shape, numbers } = this.#weight(`${name}/Conv2D/merged_input`);
    return this.#convolution(input, name, kernelsFirst(shape, numbers), { stride, group: 1 });
  }

  /** A convolution of each channel by itself; what normalisation multiplies by is still apart and goes into the kernel. */
  #depthwise(input: string, name: string, channels: number, stride: number): string {
    const { shape, numbers } = this.#weight(`${name}/depthwise_weights`);
    const { numbers: factors } = this.#weight(`${name}/BatchNorm/batchnorm/mul`);
    const [height = 0, width = 0, count = 0] = shape;
    if (count !== channels) throw new Error(`"${name}" has ${count} channels, expected ${channels}`);
    const scaled = numbers.map((number, i) => number * (factors[i % count] ?? Number.NaN));
    const kernel = kernelsFirst([height, width, 1, count], scaled);
    return this.#convolution(input, name, kernel, { stride, group: channels });
  }

  #convolution(
    input: string,
    name: string,
    { shape, numbers }: FloatTensor,
    { stride, group }: { readonly stride: number; readonly group: number },
  ): string {
    const graph = this.#graph;
    const { shape: biasShape, numbers: bias } = this.#weight(`${name}/BatchNorm/batchnorm/sub`);
    const inputs = [
      input,
      graph.constant(`${name}/kernel`, 'float32', shape, numbers),
      graph.constant(`${name}/bias`, 'float32', biasShape, bias),
    ];
    const edge = shape[2] ?? 1;
    return graph.node('Conv', inputs, {
      group,
      kernel_shape: [edge, edge],
      strides: [stride, stride],
      pads: samePads(edge, stride),
    });
  }

  #relu6(input: string): string {
    return this.#graph.node('Clip', [input, this.#graph.scalar(0), this.#graph.scalar(6)]);
  }

  #weight(name: string): FloatTensor {
    const tensor = this.#weights.get(name);
    if (!tensor) throw new Error(`the model has no weight "${name}"`);
    return tensor;
  }
}

function repeat(times: number, channels: number, stride: number) {
  return Array.from({ length: times }, (_, i) => ({ widen: 6, channels, stride: i === 0 ? stride : 1 }));
}

/** TensorFlow's padding `SAME` of an even number of pixels: what does not go on both sides goes behind. */
function samePads(edge: number, stride: number): number[] {
  const total = edge - stride;
  const before = Math.max(0, Math.floor(total / 2));
  const after = Math.max(0, total - before);
  return [before, before, after, after];
}

/** TensorFlow has a kernel's height, width, channels in and channels out; ONNX wants out, in, height, width. */
function kernelsFirst(
  [height = 0, width = 0, from = 0, to = 0]: readonly number[],
  numbers: Float32Array,
): FloatTensor {
  const places = height * width;
  const turned = new Float32Array(numbers.length);
  for (let out = 0; out < to; out++) {
    for (let channel = 0; channel < from; channel++) {
      for (let place = 0; place < places; place++) {
        turned[(out * from + channel) * places + place] =
          numbers[(place * from + channel) * to + out] ?? Number.NaN;
      }
    }
  }
  return { shape: [to, from, height, width], numbers: turned };
}
