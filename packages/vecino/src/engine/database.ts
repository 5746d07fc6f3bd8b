import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Workshop } from '../advisor/advise.ts';
import type { Capabilities, Health } from '../api/capabilities.ts';
import type { Collection, CollectionDescription, CollectionOptions } from '../api/collection.ts';
import { type Database, OPEN_OPTIONS, type OpenOptions, type Warning } from '../api/database.ts';
import type { AnyMetadata, Metadata } from '../api/metadata.ts';
import { VecinoError } from '../base/errors.ts';
import { Mutex } from '../base/mutex.ts';
import { WorkerPool } from '../kernel/worker-pool.ts';
import { openStore } from '../storage/open-store.ts';
import type { Store, StoredCollection } from '../storage/store.ts';
import { EmbeddedCollection } from './collection.ts';
import { collectionExists, collectionNotFound, readOnly, requireName } from './collection-names.ts';
import {
  compareOptions,
  newCollectionOf,
  type ReadCollectionOptions,
  readCollectionOptions,
} from './collection-options.ts';
import { CollectionState } from './collection-state.ts';
import { describeCollection } from './describe-collection.ts';
import { catchUpFromOpening } from './follow.ts';
import { withFullText } from './full-text.ts';
import { CollectionSlots } from './index/collection-slots.ts';
import { MetadataFilter } from './metadata-filter.ts';
import { NamespaceSlots } from './namespace-slots.ts';
import { openFields } from './open-fields.ts';
import { TextEmbedder } from './text-embedder.ts';
import { inStep } from './whole-read.ts';

const ENGINE = 'Vecino';

interface OpenCollection {
  readonly state: CollectionState;
  readonly collection: EmbeddedCollection;
}

/** An open store with its collections, each opened when it is first asked for. */
export class EmbeddedDatabase implements Database {
  private readonly store: Store;
  private readonly pool: WorkerPool;
  private readonly segmentSlots: number | undefined;
  private readonly autoBorder: number | undefined;
  private readonly warn: (warning: Warning) => void;
  private readonly clock: () => number;
  private readonly embeddingCacheBytesMax: number;
  private readonly workshop: Workshop;
  private readonly temporary: boolean;
  private readonly open = new Map<string, Promise<OpenCollection>>();
  /** Creating and dropping collections, one after another. */
  private readonly catalogue = new Mutex();
  private closing: Promise<void> | undefined;

  constructor(
    store: Store,
    options: OpenOptions & {
      readonly threads: number;
      warn: (warning: Warning) => void;
      /** Fewer slots a segment than a memory holds, for tests. */
      readonly segmentSlots?: number | undefined;
      /** Another number of records from which an automatic index is approximate, for tests. */
      readonly autoBorder?: number | undefined;
      /** Whether its folder is removed when it is closed. */
      readonly temporary?: boolean;
    },
  ) {
    const { threads } = options;
    this.temporary = options.temporary ?? false;
    this.workshop = { threads, open: () => openWorkshop(threads) };
    this.autoBorder = options.autoBorder;
    this.segmentSlots = options.segmentSlots;
    this.store = store;
    this.clock = options.clock ?? Date.now;
    this.warn = options.warn;
    this.embeddingCacheBytesMax =
      options.embeddingCacheBytesMax ?? OPEN_OPTIONS.embeddingCacheBytesMax.default;
    const script = import.meta.url.endsWith('.ts') ? './index/worker.ts' : './index/worker.js';
    this.pool = new WorkerPool(options.threads, new URL(script, import.meta.url));
  }

  get location(): string {
    return this.store.location;
  }

  get capabilities(): Capabilities {
    return { engine: ENGINE, unsupported: {}, weaker: {}, wordScores: 'bm25' };
  }

  async health(): Promise<Health> {
    this.requireOpen();
    const began = performance.now();
    this.store.reader.collections();
    return {
      engine: ENGINE,
      version: `SQLite ${process.versions['sqlite']}`,
      latencyMs: performance.now() - began,
    };
  }

  get readOnly(): boolean {
    return this.store.writer === undefined;
  }

  async collection<M extends Metadata = AnyMetadata>(
    name: string,
    options?: CollectionOptions,
  ): Promise<Collection<M>> {
    const read = this.read(name, options);
    return this.catalogue.run(async () => {
      // Who only reads cannot have meant to create it.
      const stored = this.readOnly ? this.findOrThrow(name) : this.find(name);
      return stored ? this.reopen<M>(stored, read) : this.create<M>(name, read);
    });
  }

  async createCollection<M extends Metadata = AnyMetadata>(
    name: string,
    options: CollectionOptions,
  ): Promise<Collection<M>> {
    const read = this.read(name, options);
    if (this.readOnly) throw readOnly(`create collection "${name}"`);
    return this.catalogue.run(async () => {
      if (this.find(name)) throw collectionExists(name);
      return this.create<M>(name, read);
    });
  }

  async openCollection<M extends Metadata = AnyMetadata>(
    name: string,
    options?: CollectionOptions,
  ): Promise<Collection<M>> {
    const read = this.read(name, options);
    return this.catalogue.run(async () => this.reopen<M>(this.findOrThrow(name), read));
  }

  async listCollections(): Promise<CollectionDescription[]> {
    this.requireOpen();
    return this.store.reader
      .collections()
      .map((stored) => describeCollection(stored, this.store.reader, this.clock(), this.autoBorder))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async dropCollection(name: string): Promise<void> {
    this.requireOpen();
    requireName(name);
    await this.catalogue.run(async () => {
      const stored = this.findOrThrow(name);
      const { writer } = this.store;
      if (!writer) throw readOnly(`drop collection "${name}"`);
      const open = await this.open.get(name)?.catch(() => undefined);
      if (!open) return writer.dropCollection(stored.id);
      const { state } = open;
      state.end('dropped');
      try {
        await state.writes.idle();
        await state.endWith(() => writer.dropCollection(stored.id));
      } catch (error) {
        // On a full disk, for instance. Nothing was changed, so the collection goes on.
        state.goOn();
        throw error;
      }
      await this.endDropped(name);
    });
  }

  close(): Promise<void> {
    this.closing ??= this.release();
    return this.closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  private async endDropped(name: string): Promise<void> {
    const open = await this.open.get(name)?.catch(() => undefined);
    open?.state.end('dropped');
    await open?.state.writes.idle();
    await open?.state.closeIndexes({ save: false });
    this.open.delete(name);
  }

  private async release(): Promise<void> {
    await this.catalogue.idle();
    try {
      for (const opening of this.open.values()) {
        const open = await opening.catch(() => undefined);
        open?.state.end('closed');
        await open?.state.writes.idle();
        await open?.state.closeIndexes({ save: !this.temporary });
      }
    } finally {
      await this.pool.close();
      await this.store.close();
      if (this.temporary) await rm(this.location, { recursive: true, force: true });
    }
  }

  private read(name: string, options: CollectionOptions | undefined): ReadCollectionOptions {
    this.requireOpen();
    requireName(name);
    return readCollectionOptions(name, options);
  }

  private find(name: string): StoredCollection | undefined {
    this.requireOpen();
    return this.store.reader.collections().find((stored) => stored.name === name);
  }

  private findOrThrow(name: string): StoredCollection {
    const stored = this.find(name);
    if (stored) return stored;
    const names = this.store.reader.collections().map((one) => one.name);
    throw collectionNotFound(name, this.location, names);
  }

  private async create<M extends Metadata>(
    name: string,
    read: ReadCollectionOptions,
  ): Promise<Collection<M>> {
    const { writer } = this.store;
    if (!writer) throw readOnly(`create collection "${name}"`);
    const stored = await writer.createCollection(newCollectionOf(name, read));
    return this.reopen<M>(stored, read);
  }

  private async reopen<M extends Metadata>(
    found: StoredCollection,
    read: ReadCollectionOptions,
  ): Promise<Collection<M>> {
    compareOptions(found, read);
    const stored = await withFullText(this.store, found, read.fullText);
    const { name } = stored;
    let opening = this.open.get(name);
    if (opening && (await opening).state.id !== stored.id) {
      // Another process has dropped the collection and made one of the same name.
      await this.endDropped(name);
      opening = undefined;
    }
    if (!opening) {
      opening = this.start(stored);
      this.open.set(name, opening);
      opening.catch(() => this.open.delete(name));
    }
    const { state, collection } = await opening;
    for (const { name, embedding } of read.fields ?? [{ ...read, name: undefined }]) {
      const field = state.fields.find((one) => one.name === name);
      if (field && embedding) field.embedding = embedding;
    }
    state.fullText = stored.fullText;
    return collection as unknown as Collection<M>;
  }

  private async start(stored: StoredCollection): Promise<OpenCollection> {
    const slots = new CollectionSlots();
    const { store, pool, segmentSlots, warn } = this;
    const fields = openFields(stored, { store, slots, pool, segmentSlots, warn });
    const filter = new MetadataFilter(this.store.reader, stored.id, () => inStep(state, () => undefined));
    const namespaces = new NamespaceSlots(this.store.reader, stored.id, slots.live, () =>
      inStep(state, () => undefined),
    );
    const state: CollectionState = new CollectionState(
      stored,
      this.store,
      slots,
      fields,
      filter,
      namespaces,
      this.clock,
      new TextEmbedder({
        store: this.store,
        bytesMax: this.embeddingCacheBytesMax,
        warn: (code, what, cause) => fields[0]?.index.warn(code, what, cause),
      }),
    );
    await catchUpFromOpening(state);
    return { state, collection: new EmbeddedCollection(state, this.workshop, this.autoBorder) };
  }

  private requireOpen(): void {
    if (!this.closing) return;
    throw new VecinoError(
      'DATABASE_CLOSED',
      `the database "${this.location}" is closed; open it again to use it`,
    );
  }
}

/** A database in a folder of its own among the temporary files, for what is tried and thrown away. */
export async function openWorkshop(threads: number): Promise<Database> {
  const folder = await mkdtemp(join(tmpdir(), 'vecino-advice-'));
  const store = await openStore(folder, { readOnly: false, create: true, removalsKept: 0 });
  // What is worth a warning there concerns nobody.
  return new EmbeddedDatabase(store, { threads, warn: () => undefined, temporary: true });
}
