import type { EmbeddingFunction } from '../../api/embedding.ts';

/** Something that was recorded with a collection. */
export type Identity = Pick<EmbeddingFunction, 'name' | 'dimension'>;

/** Where a command line gets an embedding function from. */
export interface EmbeddingSource {
  /**
   * Makes the function ready to use.
   *
   * @param recorded what the collection was embedded with, if it was
   */
  load(recorded: Identity | undefined): Promise<EmbeddingFunction>;
}
