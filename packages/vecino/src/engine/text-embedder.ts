import { createHash, hash } from 'node:crypto';
import type { Warning } from '../api/database.ts';
import type {
  EmbeddedText,
  EmbeddingFunction,
  EmbeddingStats,
  EmbedOptions,
  Truncation,
} from '../api/embedding.ts';
import type { Embedding, EmbedImagesOptions, ImageEmbedding, ImageInput } from '../api/image.ts';
import { present } from '../base/assert.ts';
import { VecinoError } from '../base/errors.ts';
import { TimeSlice } from '../base/time-slice.ts';
import { bytesOfImage } from '../embedding/image-input.ts';
import { KEY_BYTES } from '../storage/kept-embeddings.ts';
import type { Store, StoreWriter } from '../storage/store.ts';
import { ask, type Commission, type Embedded } from './embed.ts';
import { RecentVectors } from './recent-vectors.ts';

type Kind = NonNullable<EmbedOptions['kind']>;

/** Texts or pictures of a call, and how vectors are made of some of them. */
interface Work<Input> {
  readonly embedding: Embedding;
  readonly noun: Commission['noun'];
  readonly inputs: readonly Input[];
  readonly kind: Kind;
  /** Tells an input from all others, and those of other models. */
  readonly keyOf: (input: Input) => Buffer | Promise<Buffer>;
  readonly run: (inputs: readonly Input[], options: Pick<EmbedOptions, 'onVectors'>) => Promise<unknown>;
}

/** A text or picture that is to be embedded, with its places in the call. */
interface Wanted<Input> {
  readonly input: Input;
  readonly key: Buffer;
  readonly positions: number[];
}

/**
 * Vectors are written to the store when there are as many bytes of them, and at the end of a call: so a crash costs
 * a few seconds of embedding, and each of them no transaction of its own.
 */
const KEPT_AT_ONCE_BYTES = 512 * 1024;

export interface TextEmbedderSettings {
  /** Where vectors are kept for texts that come again. */
  readonly store: {
    readonly keptEmbeddings: Pick<Store['keptEmbeddings'], 'find' | 'size'>;
    readonly writer?: Pick<StoreWriter, 'keepEmbeddings'> | undefined;
  };
  /** 0 where nothing is kept. */
  readonly bytesMax: number;
  readonly warn: (code: Warning['code'], what: string, cause?: unknown) => void;
}

/**
 * Makes vectors of a collection's texts and pictures, of each once: those of records are kept in the store by the hash
 * of model and text, or of model and the bytes of the picture's file, as they come, so that a failure or a crash loses
 * few of them; those of questions are remembered while the collection is open, because a search never writes.
 */
export class TextEmbedder {
  private readonly settings: TextEmbedderSettings;
  private readonly questions = new RecentVectors();
  private readonly counts = { embedded: 0, recalled: 0, truncated: 0, truncatedTokens: 0 };
  /** Texts that had been cut when that was said last. */
  private said = 0;

  constructor(settings: TextEmbedderSettings) {
    this.settings = settings;
  }

  get figures(): EmbeddingStats {
    const { vectors: kept, bytes: keptBytes } = this.settings.store.keptEmbeddings.size();
    return { ...this.counts, kept, keptBytes };
  }

  /** One vector for each text, as the embedding has made it: its numbers are not looked at yet. */
  embed(
    thing: string,
    embedding: EmbeddingFunction,
    texts: readonly string[],
    kind: Kind,
    signal?: AbortSignal,
  ): Promise<readonly Embedded[]> {
    const ended = signal && { signal };
    const onTruncated = (cut: Truncation) => this.noteCut(embedding, cut);
    const prefix = prefixOf(embedding, kind);
    return this.make(thing, {
      ...{ embedding, noun: 'text', inputs: texts, kind },
      keyOf: (text) => hash('sha256', prefix + text, 'buffer'),
      run: (some, options) => embedding.embed(some, { kind, onTruncated, ...options, ...ended }),
    });
  }

  /** One vector for each picture. A file is read twice, for its hash and by the model, so that few lie in memory. */
  embedImages(
    thing: string,
    embedding: ImageEmbedding,
    images: readonly ImageInput[],
    kind: Kind,
  ): Promise<readonly Embedded[]> {
    const prefix = prefixOf(embedding, 'image');
    return this.make(thing, {
      ...{ embedding, noun: 'picture', inputs: images, kind },
      keyOf: async (image) => {
        const digest = createHash('sha256').update(prefix);
        for await (const piece of bytesOfImage(thing, image)) digest.update(piece);
        return digest.digest();
      },
      run: (some, options: EmbedImagesOptions) => embedding.embedImages(some, options),
    });
  }

  private async make<Input>(thing: string, work: Work<Input>): Promise<readonly Embedded[]> {
    const { embedding, noun, inputs, kind } = work;
    if (this.settings.bytesMax === 0) {
      this.counts.embedded += inputs.length;
      return ask(thing, { embedding, noun, count: inputs.length }, () => work.run(inputs, {}));
    }
    const vectors = new Array<Embedded>(inputs.length);
    const wanted = await this.recall(work, vectors);
    if (wanted.length === 0) return vectors;
    this.counts.embedded += wanted.length;
    const keeper = kind === 'query' ? undefined : new Keeper(this.settings, embedding, wanted);
    const asked = wanted.map(({ input }) => input);
    const onVectors = (some: readonly EmbeddedText[]) => keeper?.take(some);
    const slice = new TimeSlice();
    try {
      const commission = { embedding, noun, count: asked.length };
      const made = await ask(thing, commission, () => work.run(asked, { onVectors }));
      for (const [i, { key, positions }] of wanted.entries()) {
        const vector = present(made[i], 'the vector');
        for (const position of positions) vectors[position] = vector;
        keeper?.take([{ position: i, vector: vector as ArrayLike<number> }]);
        if (!keeper) this.remember(key, vector);
        await slice.pause();
      }
    } catch (error) {
      // Whoever tries again right now finds what has come.
      await keeper?.write();
      throw error;
    }
    // Nobody waits for this: what is written afterwards, such as the records, takes effect afterwards.
    void keeper?.write();
    return vectors;
  }

  /** Finds the vectors that are known, and answers what is left to embed, each text or picture once. */
  private async recall<Input>(
    { embedding, inputs, kind, keyOf }: Work<Input>,
    vectors: Embedded[],
  ): Promise<Wanted<Input>[]> {
    const { dimension } = embedding;
    const wanted = new Map<string, Wanted<Input>>();
    const slice = new TimeSlice();
    for (const [position, input] of inputs.entries()) {
      const made = keyOf(input);
      const key = made instanceof Promise ? await made : made;
      const name = key.toString('latin1');
      const again = wanted.get(name);
      const known = again ? undefined : this.known(kind, key, name);
      if (again) again.positions.push(position);
      else if (known?.length === dimension) vectors[position] = known;
      else wanted.set(name, { input, key, positions: [position] });
      await slice.pause();
    }
    this.counts.recalled += inputs.length - wanted.size;
    return [...wanted.values()];
  }

  private known(kind: Kind, key: Buffer, name: string): Float32Array | undefined {
    return kind === 'query' ? this.questions.get(name) : this.settings.store.keptEmbeddings.find(key);
  }

  private remember(key: Buffer, vector: Embedded): void {
    const numbers = soundNumbers(vector);
    if (numbers) this.questions.set(key.toString('latin1'), numbers);
  }

  /** Said the first time, and whenever there are twice as many: an import of long texts says it a few times. */
  private noteCut({ name, tokensMax }: EmbeddingFunction, { texts, tokens }: Truncation): void {
    this.counts.truncated += texts;
    this.counts.truncatedTokens += tokens;
    const { truncated, truncatedTokens } = this.counts;
    if (truncated < 2 * this.said) return;
    this.said = truncated;
    const reads =
      tokensMax === undefined ? 'its model reads' : `the ${tokensMax} tokens that its model reads`;
    this.settings.warn(
      'TEXTS_TRUNCATED',
      `${truncated} ${truncated === 1 ? 'text is' : 'texts are'} longer than ${reads} ("${name}"), and ${truncatedTokens} tokens do not count in vectors; store shorter passages`,
    );
  }
}

/** What stands before a text or a picture in what is hashed: vectors of two models are never taken for each other. */
function prefixOf({ name, dimension, variant = '' }: Embedding, kind: Kind | 'image'): string {
  return `${JSON.stringify([name, dimension, variant, kind])}\n`;
}

/** Writes a call's vectors to the store as they come. */
class Keeper {
  private readonly settings: TextEmbedderSettings;
  private readonly dimension: number;
  private readonly wanted: readonly Pick<Wanted<unknown>, 'key'>[];
  private readonly taken = new Set<number>();
  private keys: Buffer[] = [];
  private vectors: Float32Array[] = [];

  constructor(
    settings: TextEmbedderSettings,
    { dimension }: Embedding,
    wanted: readonly Pick<Wanted<unknown>, 'key'>[],
  ) {
    this.settings = settings;
    this.dimension = dimension;
    this.wanted = wanted;
  }

  /** Vectors that are not as they should be are left for others to complain about. */
  take(vectors: readonly EmbeddedText[]): void {
    for (const { position, vector } of vectors) {
      const key = this.wanted[position]?.key;
      if (key === undefined || this.taken.has(position) || vector?.length !== this.dimension) continue;
      const numbers = soundNumbers(vector);
      if (!numbers) continue;
      this.taken.add(position);
      this.keys.push(key);
      this.vectors.push(numbers);
    }
    if (this.vectors.length * this.dimension * 4 >= KEPT_AT_ONCE_BYTES) void this.write();
  }

  /** Writes what has come. Fails never: vectors that are not kept are made again. */
  async write(): Promise<void> {
    const { writer } = this.settings.store;
    if (!writer || this.keys.length === 0) return;
    const keys = new Uint8Array(this.keys.length * KEY_BYTES);
    const vectors = new Float32Array(this.vectors.length * this.dimension);
    for (const [i, key] of this.keys.entries()) keys.set(key, i * KEY_BYTES);
    for (const [i, vector] of this.vectors.entries()) vectors.set(vector, i * this.dimension);
    this.keys = [];
    this.vectors = [];
    const { bytesMax, warn } = this.settings;
    try {
      await writer.keepEmbeddings({ keys, vectors, bytesMax });
    } catch (cause) {
      // Who has closed the database knows that calls under way have failed.
      if (cause instanceof VecinoError && cause.code === 'DATABASE_CLOSED') return;
      warn(
        'EMBEDDINGS_NOT_KEPT',
        'vectors of embedded texts could not be kept for texts that come again',
        cause,
      );
    }
  }
}

/** What 16-bit floats hold: vectors of this length any collection takes. */
const LENGTH_MAX = 65_504;

/**
 * The numbers as 32-bit floats, if any collection would take them. What one might refuse is not kept, so that it is
 * asked for anew when the model has been mended.
 */
function soundNumbers(vector: ArrayLike<unknown>): Float32Array | undefined {
  const numbers = new Float32Array(vector.length);
  let squares = 0;
  for (let i = 0; i < numbers.length; i++) {
    const value = vector[i];
    if (typeof value !== 'number') return undefined;
    numbers[i] = value;
    squares += value * value;
  }
  const length = Math.sqrt(squares);
  return length > 0 && length <= LENGTH_MAX ? numbers : undefined;
}
