import type { Capabilities, Health } from '../../api/capabilities.ts';
import type { Collection, CollectionDescription, CollectionOptions } from '../../api/collection.ts';
import type { Database } from '../../api/database.ts';
import type { Embedding } from '../../api/image.ts';
import type { AnyMetadata, Metadata } from '../../api/metadata.ts';
import type { Metric } from '../../api/search.ts';
import { VecinoError } from '../../base/errors.ts';
import {
  collectionExists,
  collectionNotFound,
  readOnly,
  requireName,
} from '../../engine/collection-names.ts';
import {
  compareOptions,
  newCollectionOf,
  type ReadCollectionOptions,
  readCollectionOptions,
} from '../../engine/collection-options.ts';
import { settingsOf } from '../../engine/full-text.ts';
import type { NewCollection, StoredCollection } from '../../storage/store.ts';
import { ANALYSIS_VERSION } from '../../text/analyzer.ts';
import type { Backend } from './backend.ts';
import { describeRemote } from './describe-remote.ts';
import { RemoteCollection } from './remote-collection.ts';
import { RemoteState, type RemoteStateSettings } from './remote-state.ts';
import { requireCapability } from './unsupported.ts';

export interface RemoteDatabaseSettings extends RemoteStateSettings {
  /** Throws where the engine cannot make such a collection: another index, too long a vector. */
  readonly requireFit: (thing: string, collection: NewCollection, read: ReadCollectionOptions) => void;
}

/**
 * The database that an engine elsewhere keeps. Collections are looked up anew with each opening: others may have
 * created or dropped them.
 */
export class RemoteDatabase implements Database {
  readonly readOnly: boolean;
  private readonly backend: Backend;
  private readonly settings: RemoteDatabaseSettings;
  /** Those that collections were opened with, by identity of the field: every handle has them. */
  private readonly embeddings = new Map<string, Embedding>();
  private closing: Promise<void> | undefined;

  constructor(backend: Backend, settings: RemoteDatabaseSettings) {
    this.backend = backend;
    this.settings = settings;
    this.readOnly = settings.readOnly;
  }

  get location(): string {
    return this.backend.location;
  }

  get capabilities(): Capabilities {
    return this.backend.capabilities;
  }

  async health(): Promise<Health> {
    this.requireOpen();
    const began = performance.now();
    const version = await this.backend.version();
    return { engine: this.capabilities.engine, version, latencyMs: performance.now() - began };
  }

  async collection<M extends Metadata = AnyMetadata>(
    name: string,
    options?: CollectionOptions,
  ): Promise<Collection<M>> {
    const read = this.read(name, options);
    const stored = (await this.find(name)) ?? (this.readOnly ? undefined : await this.make(name, read));
    return this.reopen(stored ?? (await this.findOrThrow(name)), read);
  }

  async createCollection<M extends Metadata = AnyMetadata>(
    name: string,
    options: CollectionOptions,
  ): Promise<Collection<M>> {
    const read = this.read(name, options);
    if (this.readOnly) throw readOnly(`create collection "${name}"`);
    const stored = (await this.find(name)) ? undefined : await this.make(name, read);
    if (!stored) throw collectionExists(name);
    return this.reopen(stored, read);
  }

  /** Throws where `createCollection` would because of what the engine lacks. Nothing is asked of it, and nothing made. */
  requireFit(name: string, options: CollectionOptions): void {
    this.fitting(name, this.read(name, options));
  }

  async openCollection<M extends Metadata = AnyMetadata>(
    name: string,
    options?: CollectionOptions,
  ): Promise<Collection<M>> {
    const read = this.read(name, options);
    return this.reopen(await this.findOrThrow(name), read);
  }

  async listCollections(): Promise<CollectionDescription[]> {
    this.requireOpen();
    const { backend, settings } = this;
    const stored = (await backend.collections()).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    const descriptions: CollectionDescription[] = [];
    // One after another: who lists has no hurry, and others want connections too.
    for (const one of stored) {
      descriptions.push(describeRemote(one, await backend.counts(one, settings.clock()), settings.serving));
    }
    return descriptions;
  }

  async dropCollection(name: string): Promise<void> {
    this.requireOpen();
    requireName(name);
    if (this.readOnly) throw readOnly(`drop collection "${name}"`);
    await this.backend.dropCollection(await this.findOrThrow(name));
  }

  close(): Promise<void> {
    this.closing ??= this.backend.close();
    return this.closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  private read(name: string, options: CollectionOptions | undefined): ReadCollectionOptions {
    this.requireOpen();
    requireName(name);
    return readCollectionOptions(name, options);
  }

  private async find(name: string): Promise<StoredCollection | undefined> {
    return (await this.backend.collections()).find((stored) => stored.name === name);
  }

  private async findOrThrow(name: string): Promise<StoredCollection> {
    const collections = await this.backend.collections();
    const stored = collections.find((one) => one.name === name);
    if (stored) return stored;
    throw collectionNotFound(name, this.location, collections.map((one) => one.name).sort());
  }

  private async make(name: string, read: ReadCollectionOptions): Promise<StoredCollection | undefined> {
    return this.backend.createCollection(this.fitting(name, read));
  }

  /** What the engine is to keep of a new collection; throws where it cannot make such a one. */
  private fitting(name: string, read: ReadCollectionOptions): NewCollection {
    const thing = `collection "${name}"`;
    const collection = newCollectionOf(name, read);
    for (const { metric } of collection.fields ?? [collection]) {
      requireCapability(thing, this.capabilities, metric as Metric);
    }
    if (collection.fields) requireCapability(thing, this.capabilities, 'namedVectors');
    if (collection.fullText) requireCapability(thing, this.capabilities, 'fullText');
    this.settings.requireFit(thing, collection, read);
    return collection;
  }

  private async reopen<M extends Metadata>(
    found: StoredCollection,
    read: ReadCollectionOptions,
  ): Promise<Collection<M>> {
    compareOptions(found, read);
    const stored = await this.withFullText(found, read);
    const state = new RemoteState(stored, this.backend, this.settings, () => this.requireOpen());
    for (const { name, embedding } of read.fields ?? [{ ...read, name: undefined }]) {
      const field = state.fields.find((one) => one.name === name);
      if (field && embedding) this.embeddings.set(field.stored.identity, embedding);
    }
    for (const field of state.fields) field.embedding = this.embeddings.get(field.stored.identity);
    return new RemoteCollection(state) as unknown as Collection<M>;
  }

  /** Makes the index of texts that a collection is opened with and lacks, or that another version has analysed. */
  private async withFullText(
    stored: StoredCollection,
    { fullText: read }: ReadCollectionOptions,
  ): Promise<StoredCollection> {
    const present = stored.fullText;
    if (present ? present.analysis === ANALYSIS_VERSION : read === undefined) return stored;
    if (this.readOnly) {
      if (present) return stored;
      throw readOnly(`index the texts of collection "${stored.name}"`);
    }
    requireCapability(`collection "${stored.name}"`, this.capabilities, 'fullText');
    const fullText = present
      ? { ...present, analysis: ANALYSIS_VERSION }
      : settingsOf(read as NonNullable<typeof read>);
    await this.backend.setFullText?.(stored, fullText);
    return { ...stored, fullText };
  }

  private requireOpen(): void {
    if (!this.closing) return;
    throw new VecinoError(
      'DATABASE_CLOSED',
      `the database "${this.location}" is closed; open it again to use it`,
    );
  }
}
