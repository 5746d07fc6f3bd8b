import { localModelOptionSpecs, ModelPool, modelWorkerBeside, requireRuntime } from '@vecino/local-model';
import type { EmbeddingFunction, EmbedOptions } from 'vecino';
import { EmbedCourse } from 'vecino/embedding';
import { VecinoError } from 'vecino/errors';
import { readOptions } from 'vecino/options';
import { DIMENSION } from './dimension.ts';
import type { MiniLmOptions } from './options.ts';
import { portions } from './portions.ts';
import type { EmbeddedTexts } from './protocol.ts';
import { loadTokenCounter, TEXT_TOKENS_MAX } from './tokenizer.ts';

/** A thread takes about as long to load the model as to embed this many texts: fewer are not worth another. */
const TEXTS_A_THREAD = 64;

/** all-MiniLM-L6-v2 as an embedding function of Vecino. */
export interface MiniLm extends EmbeddingFunction, AsyncDisposable {
  /**
   * One vector of length 1 for each text, in the order of the texts.
   *
   * A text counts up to its 256th token, as the model was trained; an empty text has a vector too, that of
   * the two tokens that frame every text. Throws `CANCELLED` when the signal is aborted, `DOCUMENT_INVALID`
   * where a text is not a string, and `EMBEDDING_FAILED` where the model could not be loaded or a thread of
   * it died; the next call then starts anew.
   */
  embed(texts: readonly string[], options?: EmbedOptions): Promise<Float32Array[]>;
  readonly tokensMax: number;
  /**
   * How many tokens each text has as a whole, counted on the calling thread: about half a megabyte of text a second.
   * What lies beyond `tokensMax`, 254, does not count in a vector.
   */
  countTokens(texts: readonly string[]): Promise<number[]>;
  /**
   * Ends the threads and frees their memory. Calls that are under way fail with `CANCELLED`. A later call
   * would load the model again.
   */
  close(): Promise<void>;
}

/**
 * Sentence embeddings by all-MiniLM-L6-v2: 384 dimensions, English, made for search by meaning in texts of
 * a sentence to a paragraph. It runs offline, on threads of its own, with the weights of this package.
 *
 * Nothing is loaded before the first text. Idle threads do not keep the process alive.
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
  const { runtime, threads } = readOptions(
    'minilm',
    localModelOptionSpecs(),
    options,
  ) as Required<MiniLmOptions>;
  requireRuntime('minilm', runtime);
  const newPool = () =>
    new ModelPool<readonly string[], EmbeddedTexts>({
      model: 'minilm',
      entry: modelWorkerBeside(import.meta.url),
      settings: { runtime },
    });
  let pool = newPool();
  let countTokensOf: ((text: string) => number) | undefined;

  async function embed(texts: readonly string[], options: EmbedOptions = {}): Promise<Float32Array[]> {
    requireTexts(texts);
    const poolOfCall = pool;
    const course = new EmbedCourse<Float32Array>(texts.length, options);
    // All lanes draw from this one generator: who is done with a portion takes the next. Where one fails,
    // its loop closes the generator, and the others end too.
    const remaining = portions(texts);
    const lane = async () => {
      for (const { positions, texts } of remaining) {
        const { vectors, cut } = await poolOfCall.ask(texts, options.signal);
        course.truncated(cut);
        // Copies, so that a vector that is kept, or handed to another thread, takes no others with it.
        const copyOf = (i: number) => vectors.slice(i * DIMENSION, (i + 1) * DIMENSION);
        course.embedded(positions.map((position, i) => ({ position, vector: copyOf(i) })));
      }
    };
    const lanes = Math.min(threads, Math.ceil(texts.length / TEXTS_A_THREAD));
    poolOfCall.reserve(lanes);
    await Promise.all(Array.from({ length: lanes }, lane));
    return course.end();
  }

  async function countTokens(texts: readonly string[]): Promise<number[]> {
    requireTexts(texts);
    countTokensOf ??= loadTokenCounter();
    return texts.map(countTokensOf);
  }

  function close(): Promise<void> {
    const closing = pool;
    pool = newPool();
    return closing.close();
  }

  return {
    name: 'all-MiniLM-L6-v2',
    dimension: DIMENSION,
    tokensMax: TEXT_TOKENS_MAX,
    embed,
    countTokens,
    close,
    [Symbol.asyncDispose]: close,
  };
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
