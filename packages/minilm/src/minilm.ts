import { createRequire } from 'node:module';
import type { EmbeddingFunction, EmbedOptions } from 'vecino';
import { VecinoError } from 'vecino/errors';
import { readOptions } from 'vecino/options';
import { DIMENSION } from './dimension.ts';
import { ModelThread } from './model-thread.ts';
import { type MiniLmOptions, miniLmOptionSpecs } from './options.ts';
import { portions } from './portions.ts';

/** all-MiniLM-L6-v2 as an embedding function of Vecino. */
export interface MiniLm extends EmbeddingFunction, AsyncDisposable {
  /**
   * One vector of length 1 for each text, in the order of the texts.
   *
   * A text counts up to its 256th token, as the model was trained; an empty text has a vector too, that of
   * the two tokens that frame every text. Throws `CANCELLED` when the signal is aborted, `DOCUMENT_INVALID`
   * where a text is not a string, and `EMBEDDING_FAILED` where the model could not be loaded or its thread
   * died; the next call then starts anew.
   */
  embed(texts: readonly string[], options?: EmbedOptions): Promise<Float32Array[]>;
  /**
   * Ends the thread and frees its memory, some 300 MB. Calls that are under way fail with `CANCELLED`. A
   * later call would load the model again.
   */
  close(): Promise<void>;
}

/**
 * Sentence embeddings by all-MiniLM-L6-v2: 384 dimensions, English, made for search by meaning in texts of
 * a sentence to a paragraph. It runs offline, on a thread of its own, with the weights of this package.
 *
 * Nothing is loaded before the first text. The thread does not keep the process alive while it is idle.
 *
 * @example
 * ```ts
 * const db = await open('./library');
 * const books = await db.collection('books', { embedding: minilm() });
 * ```
 *
 * @throws `OPTION_UNKNOWN`, `OPTION_INVALID`, `OPTION_OUT_OF_RANGE`; `OPTION_INVALID` too where `native` is
 * asked for and onnxruntime-node is not installed.
 */
export function minilm(options?: MiniLmOptions): MiniLm {
  const { runtime, threads } = readOptions('minilm', miniLmOptionSpecs(), options) as Required<MiniLmOptions>;
  if (runtime === 'native' && !isNativeInstalled()) {
    throw new VecinoError(
      'OPTION_INVALID',
      'minilm: option "runtime" is "native", which needs the package onnxruntime-node, and it is not installed; run `npm install onnxruntime-node`, or leave the option out to use WebAssembly',
      { details: { option: 'runtime', expected: 'wasm', received: 'native' } },
    );
  }
  const thread = new ModelThread({ runtime, threads });

  async function embed(texts: readonly string[], { signal }: EmbedOptions = {}): Promise<Float32Array[]> {
    requireTexts(texts);
    const vectors: Float32Array[] = [];
    for (const portion of portions(texts)) {
      const numbers = await thread.embed(portion, signal);
      // Copies, so that a vector that is kept, or handed to another thread, takes no others with it.
      for (let i = 0; i < portion.length; i++) {
        vectors.push(numbers.slice(i * DIMENSION, (i + 1) * DIMENSION));
      }
    }
    return vectors;
  }

  const close = () => thread.close();
  return { name: 'all-MiniLM-L6-v2', dimension: DIMENSION, embed, close, [Symbol.asyncDispose]: close };
}

function isNativeInstalled(): boolean {
  try {
    createRequire(import.meta.url).resolve('onnxruntime-node');
    return true;
  } catch {
    return false;
  }
}

function requireTexts(texts: readonly unknown[]): void {
  const position = texts.findIndex((text) => typeof text !== 'string');
  if (position < 0) return;
  const received = typeof texts[position];
  throw new VecinoError(
    'DOCUMENT_INVALID',
    `minilm: text ${position} of ${texts.length} is of type ${received}, expected a string`,
    { details: { position, expected: 'string', received } },
  );
}
