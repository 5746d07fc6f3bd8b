import type { EmbeddingFunction } from '../../api/embedding.ts';
import type { Embedding, ImageEmbedding } from '../../api/image.ts';
import type { Metric } from '../../api/search.ts';
import { quoted } from '../../base/options.ts';
import type { FieldShape } from '../../engine/collection-shape.ts';
import { embeddingOf, imageEmbeddingOf } from '../../engine/field-embedding.ts';
import type { StoredField, StoredVectors } from '../../storage/store.ts';
import { readVector } from '../../vector/read-vector.ts';

/** One vector of each record of a collection that lies in another engine. */
export class RemoteField implements FieldShape {
  readonly name: string | undefined;
  readonly stored: StoredVectors | StoredField;
  embedding: Embedding | undefined;
  /** The collection, as messages name it. */
  private readonly thing: string;

  constructor(thing: string, stored: StoredVectors | StoredField) {
    this.thing = thing;
    this.stored = stored;
    this.name = 'name' in stored && 'number' in stored ? stored.name : undefined;
  }

  get dimension(): number {
    return this.stored.dimension;
  }

  get metric(): Metric {
    return this.stored.metric as Metric;
  }

  get text(): string | null {
    return 'number' in this.stored ? this.stored.text : this.stored.embedding && 'document';
  }

  /** How the engine keeps the numbers. */
  get floats(): 'f32' | 'f16' {
    return this.stored.index['originals'] === 'f16' ? 'f16' : 'f32';
  }

  readVector(thing: string, input: unknown): Float32Array {
    const where = this.within(thing);
    const { dimension, metric, floats } = this;
    // Vectors are kept as they are given, not normalised, so that their length counts under cosine too.
    if (floats === 'f16' && metric === 'cosine') readVector(where, input, dimension, 'l2', floats);
    return readVector(where, input, dimension, metric, floats);
  }

  readQuery(thing: string, input: unknown): Float32Array {
    return this.readVector(thing, input);
  }

  within(thing: string): string {
    return this.name === undefined ? thing : `${thing}: field ${quoted(this.name)}`;
  }

  requireEmbedding(why: string): EmbeddingFunction {
    return embeddingOf(this, this.thing, this.stored.embedding, why);
  }

  requireImageEmbedding(why: string): ImageEmbedding {
    return imageEmbeddingOf(this, this.thing, this.stored.embedding, why);
  }
}
