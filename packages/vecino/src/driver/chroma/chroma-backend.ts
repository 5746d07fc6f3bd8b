import type { Capabilities } from '../../api/capabilities.ts';
import type { NamespaceDescription } from '../../api/collection.ts';
import type { NewCollection, StoredCollection } from '../../storage/store.ts';
import type { Backend, RecordStore } from '../front/backend.ts';
import type { Catalogue } from './catalogue.ts';
import { ENGINE } from './index-plan.ts';
import { EXPIRES } from './record-parts.ts';
import { RecordSet } from './record-set.ts';
import type { Requests } from './requests.ts';
import type { Rest } from './rest.ts';

const CAPABILITIES: Capabilities = {
  engine: ENGINE,
  unsupported: {
    analysis: 'copy the collection into a folder and ask there',
    changes: 'list by seq, which finds what was put, and keep the last number',
    check: 'Chroma tells nothing of its index: compare an answer with one to exact: true',
    explain: 'Chroma tells nothing of how it searches: compare an answer with one to exact: true',
    facets: 'count with a filter for each value',
    fullText: 'search near a text, or keep a copy in a folder for words',
    measureRecall: 'compare with an answer to exact: true',
    namedVectors: 'make a collection for each vector, with the same ids',
    nearest: 'ask for a larger k',
    pages: 'ask for a larger k',
    recall: 'create the collection with a larger efSearch, or search with exact: true',
    reembed: 'embed into a new collection, and drop the old one',
    reindex: 'copy into a new collection',
    stats: 'ask for describe() or count(), and look at the folder of the server',
  },
  weaker: {
    atomicBatches:
      'a batch is cut into requests of at most 1,000 records, each of which is written whole or not at all',
    changeOrder: 'changes are numbered by the clocks of those who write',
    conditionalWrites:
      'writes of one process wait for each other; of two processes that add or change the same id at once the later wins',
    exactVectors:
      'with the metric cosine Chroma keeps direction and length, so that numbers come back with an error of 1 in 8 million; with dot and l2 this holds',
  },
  wordScores: null,
};

/** Collections in a database of a Chroma server. */
export class ChromaBackend implements Backend {
  readonly capabilities = CAPABILITIES;
  readonly location: string;
  private readonly catalogue: Catalogue;
  private readonly requests: Requests;
  private readonly rest: Rest;

  constructor(location: string, catalogue: Catalogue, requests: Requests, rest: Rest) {
    this.location = location;
    this.catalogue = catalogue;
    this.requests = requests;
    this.rest = rest;
  }

  version(): Promise<string> {
    return this.rest.version();
  }

  collections(): Promise<StoredCollection[]> {
    return this.catalogue.collections();
  }

  createCollection(collection: NewCollection): Promise<StoredCollection | undefined> {
    return this.catalogue.create(collection);
  }

  dropCollection(collection: StoredCollection): Promise<void> {
    return this.catalogue.drop(collection);
  }

  records(collection: StoredCollection, namespace: string | undefined): RecordStore {
    return new RecordSet(this.catalogue, this.requests, collection, namespace);
  }

  async namespaces(collection: StoredCollection, now: number): Promise<NamespaceDescription[]> {
    const known = await this.catalogue.namespaces(collection);
    return Promise.all(
      known.map(async ({ name }) => ({ name, records: await this.count(collection, name, now) })),
    );
  }

  async dropNamespace(
    collection: StoredCollection,
    namespace: string,
    now: number,
  ): Promise<number | undefined> {
    if (!(await this.catalogue.find(collection, namespace))) return undefined;
    const records = await this.count(collection, namespace, now);
    await this.catalogue.dropNamespace(collection, namespace);
    return records;
  }

  /** Records of all namespaces. */
  async counts(collection: StoredCollection, now: number): ReturnType<Backend['counts']> {
    const namespaces = await this.namespaces(collection, now);
    const outside = await this.count(collection, undefined, now);
    return { records: namespaces.reduce((sum, { records }) => sum + records, outside), ofFields: [] };
  }

  async compact(collection: StoredCollection, now: number): Promise<void> {
    const namespaces = (await this.catalogue.namespaces(collection)).map(({ name }) => name);
    for (const namespace of [undefined, ...namespaces]) {
      const shelf = await this.catalogue.find(collection, namespace);
      await shelf?.writes.run(() =>
        this.requests.run(() => shelf.chroma.delete({ where: { [EXPIRES]: { $lte: now } } })),
      );
    }
  }

  async close(): Promise<void> {
    this.requests.close();
  }

  private count(collection: StoredCollection, namespace: string | undefined, now: number): Promise<number> {
    return this.records(collection, namespace).count({ now, predicate: undefined });
  }
}
