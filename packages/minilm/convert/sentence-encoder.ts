import { dataTypeNumber, OnnxGraph } from '../../local-model/convert/onnx.ts';
import type { QuantizedTensor, TfjsWeights } from './tfjs-weights.ts';

/**
 * BERT (Devlin et al. 2018, arXiv:1810.04805) in the size of MiniLM (Wang et al. 2020, arXiv:2002.10957:
 * 6 layers, 12 heads, 384 dimensions), with the mean pooling and the normalising of Sentence-BERT (Reimers
 * and Gurevych 2019, arXiv:1908.10084). Each section of the papers is a function below.
 *
 * The matrices stay bytes in the file, a quarter of the size, and are turned into floats by nodes of the
 * graph. Nodes whose inputs are all constant are folded when the model is loaded, so that this costs nothing
 * afterwards. What is left is arithmetic in 32-bit floats, row by row: a sentence's vector does not depend on
 * the others in its batch, as it would if activations were quantized by the batch's range.
 */
const LAYERS = 6;
const HEADS = 12;
const HIDDEN = 384;
const LAYER_NORM_EPSILON = 1e-12;
/** Added to the attention scores of padding: e to this power is 0 in 32-bit floats. */
const MASKED = -10_000;

const MODEL = 'StatefulPartitionedCall/model/tf_bert_model/bert';
const WORD_EMBEDDINGS = 'unknown';
const POSITION_EMBEDDINGS = 'unknown_0';
const SEGMENT_EMBEDDINGS = 'unknown_1';

/** The ONNX file: `input_ids` and `attention_mask` [batch, length] to `sentence_embedding` [batch, 384]. */
export function encodeSentenceEncoder(weights: TfjsWeights): Uint8Array {
  return new SentenceEncoder(weights).encode();
}

class SentenceEncoder {
  readonly #graph = new OnnxGraph('all-MiniLM-L6-v2');
  readonly #weights: TfjsWeights;

  constructor(weights: TfjsWeights) {
    this.#weights = weights;
  }

  encode(): Uint8Array {
    const graph = this.#graph;
    const ids = graph.input('input_ids', 'int32', ['batch', 'length']);
    const attentionMask = graph.input('attention_mask', 'int32', ['batch', 'length']);
    const mask = graph.node('Cast', [attentionMask], { to: dataTypeNumber('float32') });

    // [batch, 1, 1, length]: 0 for tokens and a large negative number for padding, for every head and row.
    const absent = graph.node('Sub', [
      graph.scalar(1),
      graph.node('Unsqueeze', [mask, graph.integers(1, 2)]),
    ]);
    const maskBias = graph.node('Mul', [absent, graph.scalar(MASKED)]);

    let hidden = this.#embeddings(ids);
    for (let layer = 0; layer < LAYERS; layer++) {
      const name = `${MODEL}/encoder/layer_._${layer}`;
      const attended = this.#selfAttention(hidden, maskBias, `${name}/attention`);
      hidden = this.#feedForward(attended, name);
    }
    graph.output('sentence_embedding', 'float32', ['batch', HIDDEN], this.#pool(hidden, mask));
    return graph.encode();
  }

  /** The sum of word, position and segment embeddings; every text is one segment, the first. */
  #embeddings(ids: string): string {
    const graph = this.#graph;
    // The table is looked up while it is still bytes: 12 MB in memory rather than 47.
    const words = this.#weight(WORD_EMBEDDINGS);
    const table = graph.constant(WORD_EMBEDDINGS, 'uint8', words.shape, words.bytes);
    const word = this.#dequantize(graph.node('Gather', [table, ids]), words);

    const length = graph.node('Gather', [graph.node('Shape', [ids]), graph.integers(1)], { axis: 0 });
    const rows = [graph.integers(0), length, graph.integers(0)];
    const position = graph.node('Slice', [this.#matrix(POSITION_EMBEDDINGS), ...rows]);
    const segment = graph.node('Gather', [this.#matrix(SEGMENT_EMBEDDINGS), graph.integers(0)]);
    const place = graph.node('Add', [position, segment]);
    return this.#layerNorm(graph.node('Add', [word, place]), `${MODEL}/embeddings`);
  }

  /** softmax(Q K^T / sqrt(d) + mask) V for each head, projected, added to its input and normalised. */
  #selfAttention(input: string, maskBias: string, name: string): string {
    const graph = this.#graph;
    const width = HIDDEN / HEADS;
    const perHead = (projection: string, order: readonly number[]) => {
      const projected = this.#linear(input, `${name}/self/${projection}`);
      const split = graph.node('Reshape', [projected, graph.integers(0, 0, HEADS, width)]);
      return graph.node('Transpose', [split], { perm: order });
    };
    const query = perHead('query', [0, 2, 1, 3]);
    const keyTransposed = perHead('key', [0, 2, 3, 1]);
    const value = perHead('value', [0, 2, 1, 3]);

    const products = graph.node('MatMul', [query, keyTransposed]);
    const scaled = graph.node('Mul', [products, graph.scalar(1 / Math.sqrt(width))]);
    const attention = graph.node('Softmax', [graph.node('Add', [scaled, maskBias])], { axis: -1 });
    const context = graph.node('Transpose', [graph.node('MatMul', [attention, value])], {
      perm: [0, 2, 1, 3],
    });
    const joined = graph.node('Reshape', [context, graph.integers(0, 0, HIDDEN)]);
    return this.#addAndNormalize(this.#linear(joined, `${name}/output/dense`), input, `${name}/output`);
  }

  /** Two linear layers with a GELU (Hendrycks and Gimpel 2016, the exact form) between them. */
  #feedForward(input: string, name: string): string {
    const graph = this.#graph;
    const wide = this.#linear(input, `${name}/intermediate/dense`);
    const erf = graph.node('Erf', [graph.node('Mul', [wide, graph.scalar(Math.SQRT1_2)])]);
    const gate = graph.node('Add', [erf, graph.scalar(1)]);
    const activated = graph.node('Mul', [graph.node('Mul', [wide, gate]), graph.scalar(0.5)]);
    return this.#addAndNormalize(this.#linear(activated, `${name}/output/dense`), input, `${name}/output`);
  }

  /** The mean of the tokens' vectors, padding left out, scaled to length 1. */
  #pool(hidden: string, mask: string): string {
    const graph = this.#graph;
    const tokens = graph.node('Unsqueeze', [mask, graph.integers(2)]);
    const present = graph.node('Mul', [hidden, tokens]);
    const sum = graph.node('ReduceSum', [present, graph.integers(1)], { keepdims: 0 });
    const count = graph.node('ReduceSum', [tokens, graph.integers(1)], { keepdims: 0 });
    const mean = graph.node('Div', [sum, count]);
    return graph.node('Div', [mean, graph.node('ReduceL2', [mean, graph.integers(1)], { keepdims: 1 })]);
  }

  #linear(input: string, name: string): string {
    const product = this.#graph.node('MatMul', [input, this.#matrix(`${name}/Tensordot/ReadVariableOp`)]);
    return this.#graph.node('Add', [product, this.#row(`${name}/BiasAdd/ReadVariableOp`)]);
  }

  #addAndNormalize(output: string, input: string, name: string): string {
    return this.#layerNorm(this.#graph.node('Add', [output, input]), name);
  }

  #layerNorm(input: string, name: string): string {
    const scale = this.#row(`${name}/LayerNorm/batchnorm/mul/ReadVariableOp`);
    const shift = this.#row(`${name}/LayerNorm/batchnorm/ReadVariableOp`);
    const attributes = { axis: -1, epsilon: { float: LAYER_NORM_EPSILON } };
    return this.#graph.node('LayerNormalization', [input, scale, shift], attributes);
  }

  /** A bias or a scale: too small to be worth keeping as bytes. */
  #row(name: string): string {
    const { shape, bytes, scale, min } = this.#weight(name);
    return this.#graph.constant(
      name,
      'float32',
      shape,
      Float32Array.from(bytes, (byte) => byte * scale + min),
    );
  }

  /** A weight that is bytes in the file and floats once the model is loaded. */
  #matrix(name: string): string {
    const tensor = this.#weight(name);
    return this.#dequantize(this.#graph.constant(name, 'uint8', tensor.shape, tensor.bytes), tensor);
  }

  /** ONNX counts from the byte that stands for zero rather than from the smallest number. */
  #dequantize(bytes: string, { scale, min }: QuantizedTensor): string {
    const zero = Math.round(-min / scale);
    if (zero < 0 || zero > 255 || Math.abs(zero * scale + min) > 1e-9) {
      throw new Error(`zero is not among the numbers ${min} + n * ${scale} of a matrix`);
    }
    const zeroPoint = this.#graph.constant(`zero ${zero}`, 'uint8', [], Uint8Array.of(zero));
    return this.#graph.node('DequantizeLinear', [bytes, this.#graph.scalar(scale), zeroPoint]);
  }

  #weight(name: string): QuantizedTensor {
    const tensor = this.#weights.get(name);
    if (!tensor) throw new Error(`the model has no weight "${name}"`);
    return tensor;
  }
}
