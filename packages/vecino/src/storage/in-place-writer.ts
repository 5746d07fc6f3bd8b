import type { FullTextProgress } from '../api/full-text.ts';
import type { JsonObject } from '../api/metadata.ts';
import type { NewEmbeddings } from './kept-embeddings.ts';
import type { SqliteWriter } from './sqlite-writer.ts';
import type {
  FullTextSettings,
  NewCollection,
  StoredCollection,
  StoreWriter,
  WriteBatch,
  Written,
} from './store.ts';
import type { VectorSetChange } from './vector-set-changes.ts';

/**
 * The writer of a store in memory. Nothing waits for a disk, so it works on the caller's thread and shares its
 * connection with the reader, which therefore must never run between two slices of a batch: a batch is one
 * synchronous call. Asynchronous only so that failures arrive as they do from a folder.
 */
export class InPlaceWriter implements StoreWriter {
  private readonly writer: SqliteWriter;

  constructor(writer: SqliteWriter) {
    this.writer = writer;
  }

  async createCollection(collection: NewCollection): Promise<StoredCollection> {
    return this.writer.createCollection(collection);
  }

  async dropCollection(collection: number): Promise<void> {
    this.writer.dropCollection(collection);
  }

  async setIndexOptions(collection: number, field: number, index: JsonObject): Promise<void> {
    this.writer.setIndexOptions(collection, field, index);
  }

  async setFullText(
    collection: number,
    settings: FullTextSettings,
    onProgress: (progress: FullTextProgress) => void,
  ): Promise<void> {
    const total = this.writer.beginFullText(collection, settings);
    for (let isWhole = false; !isWhole; ) {
      const step = this.writer.fillFullText();
      isWhole = step.isWhole;
      onProgress({ records: step.records, total });
    }
  }

  async optimizeFullText(collection: number): Promise<void> {
    this.writer.optimizeFullText(collection);
  }

  async write(batch: WriteBatch): Promise<Written> {
    return this.writer.write(batch);
  }

  async keepEmbeddings(embeddings: NewEmbeddings): Promise<void> {
    this.writer.keepEmbeddings(embeddings);
  }

  async changeVectorSets(change: VectorSetChange): Promise<number> {
    return this.writer.changeVectorSets(change);
  }

  async reclaim(): Promise<void> {
    this.writer.reclaim();
  }

  async forgetRemovals(collection: number, seq: number): Promise<void> {
    this.writer.forgetRemovals(collection, seq);
  }
}
