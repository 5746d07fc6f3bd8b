import { createHash } from 'node:crypto';
import { VecinoError } from '../../base/errors.ts';
import { Mutex } from '../../base/mutex.ts';
import type { NewCollection, StoredCollection } from '../../storage/store.ts';
import { ChangeClock } from '../front/change-clock.ts';
import { collectionDropped } from '../front/connection-failures.ts';
import { type ChromaClient, type ChromaCollection, type ChromaMetadata, NO_EMBEDDING } from './client.ts';
import { isConflict, isMissing } from './failures.ts';
import { configurationOf } from './index-plan.ts';
import type { Requests } from './requests.ts';
import type { ListedCollection, Rest } from './rest.ts';

/*
 * A collection is one of Chroma, and so is each of its namespaces. What they are stands in the metadata that Chroma
 * keeps of a collection:
 *
 *   vecino:version   of all this
 *   vecino:schema    whose it is: connection.schema
 *   vecino:name      the collection's name, or the namespace's
 *   vecino:of        of a namespace: the identity of its collection, which is Chroma's id of it
 *   vecino:settings  of a collection: dimension, metric, model and index, as JSON
 *
 * Their names in Chroma are made of letters and digits only, and of a hash, so that any name of ours has one.
 */

/** Counts up with each change of what is stored how. */
const VERSION = 1;

const NAME = 'vecino:name';
const OF = 'vecino:of';
const SCHEMA = 'vecino:schema';
const SETTINGS = 'vecino:settings';
const VERSION_KEY = 'vecino:version';

/** What readers of Chroma see of a name at most, before the hash. */
const SHOWN_MAX = 30;

/** The records of a collection outside of its namespaces, or those of one, in Chroma. */
export interface Shelf {
  readonly chroma: ChromaCollection;
  /** Writes of this process, one after another: they look what is there before. */
  readonly writes: Mutex;
}

/** What of Chroma's collections is ours. */
export class Catalogue {
  readonly clock: ChangeClock;
  readonly rest: Rest;
  private readonly client: ChromaClient;
  private readonly requests: Requests;
  private readonly schema: string;
  private readonly shelves = new Map<string, Promise<Shelf | undefined>>();

  constructor(client: ChromaClient, rest: Rest, requests: Requests, schema: string, clock: () => number) {
    this.client = client;
    this.rest = rest;
    this.requests = requests;
    this.schema = schema;
    this.clock = new ChangeClock(clock);
  }

  async collections(): Promise<StoredCollection[]> {
    const listed = await this.ours();
    return listed.filter(({ metadata }) => metadata?.[OF] === undefined).map(collectionOf);
  }

  /** Undefined where there is one of that name. Chroma sees to it that only one can be made. */
  async create({ name, ...settings }: NewCollection): Promise<StoredCollection | undefined> {
    const metadata = { ...this.about(name), [SETTINGS]: JSON.stringify(settings) };
    const made = await this.make(this.nameOf(name), settings, metadata);
    if (!made) return undefined;
    const stored = collectionOf({ id: made.id, name: made.name, metadata });
    this.shelves.set(keyOf(stored, undefined), Promise.resolve({ chroma: made, writes: new Mutex() }));
    return stored;
  }

  /** Namespaces first: whoever is cut off in between finds the collection still there, and drops it again. */
  async drop(stored: StoredCollection): Promise<void> {
    for (const { name } of await this.namespaces(stored)) await this.dropNamespace(stored, name);
    await this.remove(this.nameOf(stored.name));
  }

  async namespaces({ identity }: StoredCollection): Promise<{ readonly name: string }[]> {
    const listed = await this.ours();
    return listed
      .filter(({ metadata }) => metadata?.[OF] === identity)
      .map(({ metadata }) => ({ name: String(metadata?.[NAME]) }))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  async dropNamespace(stored: StoredCollection, namespace: string): Promise<void> {
    this.forget(stored, namespace);
    await this.remove(this.nameOf(stored.name, stored.identity, namespace));
  }

  /** Undefined for a namespace that nothing was written into yet. */
  async find(stored: StoredCollection, namespace: string | undefined): Promise<Shelf | undefined> {
    const key = keyOf(stored, namespace);
    const known = this.shelves.get(key) ?? this.look(stored, namespace);
    this.shelves.set(key, known);
    try {
      const shelf = await known;
      // Others may make it.
      if (!shelf) this.shelves.delete(key);
      return shelf;
    } catch (error) {
      this.shelves.delete(key);
      throw error;
    }
  }

  /** Makes the namespace where it is missing. */
  async findOrMake(stored: StoredCollection, namespace: string | undefined): Promise<Shelf> {
    const found = await this.find(stored, namespace);
    if (found) return found;
    if (namespace !== undefined) {
      const metadata = { ...this.about(namespace), [OF]: stored.identity };
      await this.make(this.nameOf(stored.name, stored.identity, namespace), stored, metadata);
      const made = await this.find(stored, namespace);
      if (made) return made;
    }
    throw collectionDropped(stored.name);
  }

  /** After somebody else has dropped it. */
  forget(stored: StoredCollection, namespace: string | undefined): void {
    this.shelves.delete(keyOf(stored, namespace));
  }

  private async look(stored: StoredCollection, namespace: string | undefined): Promise<Shelf | undefined> {
    const name =
      namespace === undefined
        ? this.nameOf(stored.name)
        : this.nameOf(stored.name, stored.identity, namespace);
    const chroma = await this.requests.run(() =>
      this.client.getCollection({ name, embeddingFunction: NO_EMBEDDING }).catch((error: unknown) => {
        if (isMissing(error)) return undefined;
        throw error;
      }),
    );
    // One of the same name may have been made since.
    if (namespace === undefined && chroma?.id !== stored.identity) throw collectionDropped(stored.name);
    return chroma && { chroma, writes: new Mutex() };
  }

  private make(
    name: string,
    settings: Parameters<typeof configurationOf>[0],
    metadata: ChromaMetadata,
  ): Promise<ChromaCollection | undefined> {
    const configuration = configurationOf(settings);
    const made = () =>
      this.client
        .createCollection({ name, metadata, configuration, embeddingFunction: NO_EMBEDDING })
        .catch((error: unknown) => {
          if (isConflict(error)) return undefined;
          throw error;
        });
    // Made twice, it would be taken for somebody else's.
    return this.requests.run(made, { isRepeatable: false });
  }

  private async remove(name: string): Promise<void> {
    await this.requests.run(() =>
      this.client.deleteCollection({ name }).catch((error: unknown) => {
        if (!isMissing(error)) throw error;
      }),
    );
  }

  private async ours(): Promise<ListedCollection[]> {
    const listed = await this.rest.collections();
    return listed.filter(({ metadata }) => metadata?.[SCHEMA] === this.schema);
  }

  private about(name: string): ChromaMetadata {
    return { [VERSION_KEY]: VERSION, [SCHEMA]: this.schema, [NAME]: name };
  }

  private nameOf(collection: string, identity = '', namespace = ''): string {
    const whole = JSON.stringify([this.schema, collection, identity, namespace]);
    const hash = createHash('sha256').update(whole).digest('hex').slice(0, 24);
    const shown = collection.replaceAll(/[^A-Za-z0-9]+/g, '-').slice(0, SHOWN_MAX);
    return `vecino-${shown}-${hash}`;
  }
}

function keyOf({ identity }: StoredCollection, namespace: string | undefined): string {
  return namespace === undefined ? identity : `${identity}/${namespace}`;
}

function collectionOf({ id, metadata }: ListedCollection): StoredCollection {
  const [name, version] = [String(metadata?.[NAME]), Number(metadata?.[VERSION_KEY])];
  if (version > VERSION) {
    throw new VecinoError(
      'STORE_VERSION_NEWER',
      `collection "${name}" has version ${version}, expected at most ${VERSION}; install a newer vecino`,
      { details: { expected: VERSION, received: version } },
    );
  }
  const settings = JSON.parse(String(metadata?.[SETTINGS])) as Omit<NewCollection, 'name' | 'fields'>;
  return { ...settings, fields: undefined, id: 0, name, identity: id, vectorSet: 0, seq: 0 };
}
