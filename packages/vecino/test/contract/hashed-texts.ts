import { createHash } from 'node:crypto';
import type { EmbeddingFunction, EmbedOptions } from '../../src/api/embedding.ts';
import { seededRandom } from '../../src/base/random.ts';

/** A model in the place of a real one: a text has always the same vector, and no two models agree. */
export class HashedTexts implements EmbeddingFunction {
  readonly name: string;
  readonly dimension: number;
  /** How many texts it was given. */
  asked = 0;
  /** Called before it answers. */
  before: (texts: readonly string[], options: EmbedOptions) => unknown = () => undefined;

  constructor(name: string, dimension: number) {
    this.name = name;
    this.dimension = dimension;
  }

  async embed(texts: readonly string[], options: EmbedOptions = {}): Promise<Float32Array[]> {
    this.asked += texts.length;
    await this.before(texts, options);
    return texts.map((text) => this.vectorOf(text));
  }

  /** Values between -1 and 1. */
  vectorOf(text: string): Float32Array {
    const seed = createHash('sha256').update(`${this.name}\n${text}`).digest().readUInt32LE();
    const random = seededRandom(seed);
    return Float32Array.from({ length: this.dimension }, () => random() * 2 - 1);
  }
}
