import type { Collection, CollectionOptions } from '../../api/collection.ts';
import type { Database } from '../../api/database.ts';
import type { RecordInput } from '../../api/record.ts';
import { VecinoError } from '../../base/errors.ts';
import type { Embedder } from '../embedder.ts';
import { recordsOf } from '../namespace.ts';

/** Where an import goes: a collection that is there, or one that the first record makes. */
export class ImportTarget {
  readonly name: string;
  /** Where records go that name none. */
  readonly namespace: string | undefined;
  private readonly db: Database;
  private readonly options: CollectionOptions;
  private readonly embedder: Embedder | undefined;
  private opened: Collection | undefined;

  /**
   * @param options what the collection must be, where it is there, and what it becomes, where it is not
   * @param embedder makes the vectors of records that bring none
   */
  constructor(
    db: Database,
    name: string,
    options: CollectionOptions,
    embedder: Embedder | undefined,
    namespace?: string,
  ) {
    this.namespace = namespace;
    this.db = db;
    this.name = name;
    this.options = embedder === undefined ? options : { ...options, embedding: embedder };
    this.embedder = embedder;
  }

  /** The folder of the database. */
  get location(): string {
    return this.db.location;
  }

  /** Undefined as long as there is none. */
  get collection(): Collection | undefined {
    return this.opened;
  }

  /** Opens the collection where it is there; `COLLECTION_MISMATCH` where it is not as the options say. */
  async openExisting(): Promise<void> {
    this.opened = await this.db.openCollection(this.name, this.options);
  }

  async upsert(records: readonly RecordInput[], namespace: string | undefined): Promise<void> {
    this.opened ??= await this.create(records[0] ?? {});
    await recordsOf(this.opened, namespace).upsert(records);
  }

  /** Releases the model, where one was loaded. */
  async close(): Promise<void> {
    await this.embedder?.close();
  }

  private create(first: RecordInput): Promise<Collection> {
    const dimension = this.options.dimension ?? this.embedder?.dimension ?? first.vector?.length;
    if (dimension === undefined) throw noVectors(this.name);
    return this.db.createCollection(this.name, { ...this.options, dimension });
  }
}

function noVectors(name: string): VecinoError {
  return new VecinoError(
    'EMBEDDING_MISSING',
    `collection "${name}" is new and the first record has no vector; name its field with --vector-field, or embed the texts with --embedding minilm`,
    { details: { collection: name } },
  );
}
