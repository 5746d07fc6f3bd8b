import type { Collection, CollectionOptions } from '../../api/collection.ts';
import type { Database } from '../../api/database.ts';
import type { RecordInput } from '../../api/record.ts';
import { VecinoError } from '../../base/errors.ts';
import type { Embedder } from '../embedder.ts';
import { recordsOf } from '../namespace.ts';
import type { ModelledVectors } from '../vector-fields.ts';

/** Where an import goes: a collection that is there, or one that the first record makes. */
export class ImportTarget {
  readonly name: string;
  /** Where records go that name none. */
  readonly namespace: string | undefined;
  private readonly db: Database;
  private readonly options: CollectionOptions;
  private readonly embedder: Embedder | undefined;
  private readonly named: ModelledVectors | undefined;
  private opened: Collection | undefined;

  /**
   * @param options what the collection must be, where it is there, and what it becomes, where it is not
   * @param embedder makes the vectors of records that bring none
   * @param named the vectors, where they have names
   */
  constructor(
    db: Database,
    name: string,
    options: CollectionOptions,
    embedder: Embedder | undefined,
    namespace?: string,
    named?: ModelledVectors,
  ) {
    this.named = named;
    this.namespace = namespace;
    this.db = db;
    this.name = name;
    this.options = {
      ...options,
      ...(embedder && { embedding: embedder }),
      ...(named && Object.keys(named.vectors).length > 0 && { vectors: named.vectors }),
    };
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
    for (const model of [this.embedder, ...(this.named?.models ?? [])]) await model?.close();
  }

  /** Whether vectors have names. */
  get hasNames(): boolean {
    return this.named !== undefined;
  }

  private create(first: RecordInput): Promise<Collection> {
    if (this.hasNames) return this.db.createCollection(this.name, this.options);
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
