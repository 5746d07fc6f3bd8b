import { Document, type DocumentInterface } from '@langchain/core/documents';
import type { EmbeddingsInterface } from '@langchain/core/embeddings';
import { type MaxMarginalRelevanceSearchOptions, VectorStore } from '@langchain/core/vectorstores';
import type { Collection, CollectionOptions, Database, Filter, Hit, Namespace, SearchQuery } from 'vecino';
import { VecinoError } from 'vecino/errors';
import { type OptionSpecs, readOptions } from 'vecino/options';
import { plainMetadata } from './document-metadata.ts';

/** A collection, or a namespace of one. */
type Records = Collection | Namespace;

export interface StoreOptions {
  /**
   * Look for the words of a question too, and fuse both rankings: for a collection with `fullText`. It concerns
   * searches by text, not those by a vector. Default false.
   */
  readonly hybrid?: boolean;
}

/**
 * Where documents are: an open collection or a namespace, or a collection by name, which is made where it is missing
 * with the dimension of the embeddings.
 */
export type StoreConfig = StoreOptions &
  (
    | { readonly collection: Records }
    | {
        readonly database: Database;
        readonly name: string;
        /** Options of a new collection, such as `metric`, `index` and `fullText`. */
        readonly options?: Omit<CollectionOptions, 'dimension' | 'embedding' | 'vectors'>;
      }
  );

/** What `delete` removes: ids, what matches a filter, or everything. */
export type DeleteTarget =
  | { readonly ids: readonly string[] }
  | { readonly filter: Filter }
  | { readonly deleteAll: true };

const CONFIG = {
  collection: { kind: 'opaque', about: 'An open collection or namespace.' },
  database: { kind: 'opaque', about: 'An open database.' },
  name: { kind: 'opaque', about: 'The name of the collection.' },
  options: { kind: 'opaque', about: 'Options of a new collection.' },
  hybrid: { kind: 'boolean', default: false, about: 'Look for the words of a question too.' },
} as const satisfies OptionSpecs;

const TARGET = {
  ids: { kind: 'opaque', about: 'Ids of documents.' },
  filter: { kind: 'opaque', about: 'What metadata must match.' },
  deleteAll: { kind: 'boolean', about: 'All documents.' },
} as const satisfies OptionSpecs;

const OPEN_COLLECTION = 'either an open "collection", or a "database" and a "name"';

/** LangChain's own default. */
const K = 4;

/**
 * A vector store of LangChain.js over a collection of Vecino. Filters are Vecino's, scores are the collection's
 * (larger is nearer), ids of documents are kept, and adding a document whose id is there replaces it. Everything is
 * durable once a call has resolved, so there is nothing to save; the database is closed by who has opened it.
 *
 * @example
 * ```ts
 * const store = await VecinoVectorStore.fromDocuments(documents, embeddings, { database: db, name: 'docs' });
 * const found = await store.similaritySearch('low tide', 3, { year: { $gte: 2000 } });
 * const retriever = store.asRetriever({ k: 5, searchType: 'mmr' });
 * ```
 */
export class VecinoVectorStore extends VectorStore {
  declare FilterType: Filter;
  private readonly records: Records;
  private readonly hybrid: boolean;
  /** Whether texts are given to the collection as they are, which has an embedding of its own. */
  private readonly embedsItself: boolean;

  /** @throws the errors of the options */
  constructor(embeddings: EmbeddingsInterface, config: StoreOptions & { readonly collection: Records }) {
    super(embeddings, config);
    const { collection, hybrid } = readConfig(config);
    if (collection === undefined) throw unfit('collection', OPEN_COLLECTION);
    this.records = collection;
    this.hybrid = hybrid;
    this.embedsItself = embeddings instanceof OwnEmbedding;
  }

  /** Over a collection that embeds texts itself: created or opened with `embedding`. */
  static fromCollection(collection: Records, options?: StoreOptions): VecinoVectorStore {
    return new VecinoVectorStore(new OwnEmbedding(), { ...options, collection });
  }

  /**
   * Stores texts, with a metadata object for each or one for all.
   *
   * @throws COLLECTION_MISMATCH or DIMENSION_MISMATCH where the collection has vectors of another length; what else
   * `upsert` throws; the errors of the options
   */
  static override fromTexts(
    texts: string[],
    metadatas: object[] | object,
    embeddings: EmbeddingsInterface,
    config: StoreConfig,
  ): Promise<VecinoVectorStore> {
    const documents = texts.map((pageContent, i) => {
      const metadata: object | undefined = Array.isArray(metadatas) ? metadatas[i] : metadatas;
      return new Document({ pageContent, metadata: { ...metadata } });
    });
    return VecinoVectorStore.fromDocuments(documents, embeddings, config);
  }

  /** Stores documents; see `fromTexts`. */
  static override async fromDocuments(
    documents: DocumentInterface[],
    embeddings: EmbeddingsInterface,
    config: StoreConfig,
  ): Promise<VecinoVectorStore> {
    const { collection, database, name, options, hybrid } = readConfig(config);
    const vectors = await embeddings.embedDocuments(documents.map(({ pageContent }) => pageContent));
    const dimension = async () => (vectors[0] ?? (await embeddings.embedQuery('a'))).length;
    const records =
      collection ?? (await database?.collection(name, { ...options, dimension: await dimension() }));
    if (records === undefined) throw unfit('collection', OPEN_COLLECTION);
    const store = new VecinoVectorStore(embeddings, { collection: records, hybrid });
    await store.addVectors(vectors, documents);
    return store;
  }

  /** Over what is stored. `COLLECTION_NOT_FOUND` where there is no collection of that name. */
  static async fromExistingIndex(
    embeddings: EmbeddingsInterface,
    config: StoreConfig,
  ): Promise<VecinoVectorStore> {
    const { collection, database, name, options, hybrid } = readConfig(config);
    const records = collection ?? (await database?.openCollection(name, options));
    if (records === undefined) throw unfit('collection', OPEN_COLLECTION);
    return new VecinoVectorStore(embeddings, { collection: records, hybrid });
  }

  _vectorstoreType(): string {
    return 'vecino';
  }

  /** Stores documents and answers their ids: those of the options, else their own, else new ones. */
  async addDocuments(
    documents: DocumentInterface[],
    options?: { readonly ids?: readonly string[] },
  ): Promise<string[]> {
    if (this.embedsItself) return this.put(documents, options?.ids);
    const texts = documents.map(({ pageContent }) => pageContent);
    return this.addVectors(await this.embeddings.embedDocuments(texts), documents, options);
  }

  /** Stores documents with vectors that were made of them. */
  async addVectors(
    vectors: number[][],
    documents: DocumentInterface[],
    options?: { readonly ids?: readonly string[] },
  ): Promise<string[]> {
    checkLength('vectors', vectors, documents);
    return this.put(documents, options?.ids, vectors);
  }

  /**
   * Removes documents; ids that are not there are passed over.
   *
   * @throws OPTION_INVALID where it is not said which, or in two ways
   */
  override async delete(target: DeleteTarget): Promise<void> {
    const given = readOptions<{ ids?: readonly string[]; filter?: Filter; deleteAll?: boolean }>(
      'delete from VecinoVectorStore',
      TARGET,
      target as object,
    );
    const { ids, filter, deleteAll } = given;
    const isClear = Object.keys(given).length === 1 && deleteAll !== false;
    if (!isClear) throw unfit('ids', 'exactly one of "ids", "filter" and "deleteAll: true"', 'delete from ');
    if (ids?.length === 0) return;
    await this.records.remove(ids ?? { filter: filter ?? {} });
  }

  override async similaritySearch(
    query: string,
    k: number = K,
    filter?: this['FilterType'],
  ): Promise<Document[]> {
    const found = await this.similaritySearchWithScore(query, k, filter);
    return found.map(([document]) => document);
  }

  override async similaritySearchWithScore(
    query: string,
    k: number = K,
    filter?: this['FilterType'],
  ): Promise<[Document, number][]> {
    return this.find({ ...(await this.near(query)), k, ...(filter !== undefined && { filter }) });
  }

  async similaritySearchVectorWithScore(
    vector: number[],
    k: number,
    filter?: this['FilterType'],
  ): Promise<[Document, number][]> {
    return this.find({ vector, k, ...(filter !== undefined && { filter }) });
  }

  /** Documents that are near and differ from each other; `fetchK` (default 20) is how many are chosen from. */
  override async maxMarginalRelevanceSearch(
    query: string,
    { k, fetchK = 20, lambda, filter }: MaxMarginalRelevanceSearchOptions<this['FilterType']>,
  ): Promise<Document[]> {
    const diversify = { candidates: Math.max(fetchK, k), ...(lambda !== undefined && { lambda }) };
    const near = await this.near(query);
    const found = await this.find({ ...near, k, diversify, ...(filter !== undefined && { filter }) });
    return found.map(([document]) => document);
  }

  private async near(text: string): Promise<SearchQuery> {
    const words = this.hybrid ? { fullText: text } : {};
    return this.embedsItself
      ? { text, ...words }
      : { vector: await this.embeddings.embedQuery(text), ...words };
  }

  private async find(query: SearchQuery): Promise<[Document, number][]> {
    const hits = await this.records.search({ ...query, include: ['document', 'metadata'] });
    return hits.map((hit) => [documentOf(hit), hit.score]);
  }

  private async put(
    documents: readonly DocumentInterface[],
    ids: readonly string[] | undefined,
    vectors?: readonly (readonly number[])[],
  ): Promise<string[]> {
    if (ids !== undefined) checkLength('ids', ids, documents);
    if (documents.length === 0) return [];
    const records = documents.map(({ pageContent, metadata, id: ownId }, i) => {
      const id = ids?.[i] ?? ownId;
      const vector = vectors?.[i];
      return {
        ...(id !== undefined && { id }),
        ...(vector !== undefined && { vector }),
        document: pageContent,
        metadata: plainMetadata(metadata),
      };
    });
    return this.records.upsert(records);
  }
}

/** In the place of embeddings where the collection embeds texts itself: nothing of LangChain is asked for vectors. */
class OwnEmbedding implements EmbeddingsInterface {
  embedDocuments(): Promise<number[][]> {
    return this.embedQuery();
  }

  async embedQuery(): Promise<never> {
    throw new VecinoError(
      'EMBEDDING_MISSING',
      'VecinoVectorStore: the collection embeds texts itself and gives no vectors away; make the store with embeddings',
    );
  }
}

function documentOf({ id, document = '', metadata = {} }: Hit): Document {
  return new Document({ id, pageContent: document, metadata: { ...metadata } });
}

interface CompleteConfig {
  readonly collection?: Records;
  readonly database?: Database;
  readonly name: string;
  readonly options?: CollectionOptions;
  readonly hybrid: boolean;
}

function readConfig(config: StoreConfig): CompleteConfig {
  const read = readOptions<object>('VecinoVectorStore', CONFIG, config) as CompleteConfig;
  const { collection, database } = read;
  const isOne = (collection === undefined) !== (database === undefined);
  // Names and paths are texts, which have some functions of the same names.
  const isText = [collection, database].some((given) => typeof given === 'string');
  if (isOne && !isText && typeof (collection?.search ?? database?.openCollection) === 'function') return read;
  throw unfit('collection', OPEN_COLLECTION);
}

function checkLength(
  what: 'vectors' | 'ids',
  given: readonly unknown[],
  documents: readonly unknown[],
): void {
  if (given.length === documents.length) return;
  throw new VecinoError(
    'OPTION_INVALID',
    `VecinoVectorStore: ${given.length} ${what} for ${documents.length} documents, expected as many`,
    { details: { option: what, expected: documents.length, received: given.length } },
  );
}

function unfit(option: string, expected: string, doing = ''): VecinoError {
  return new VecinoError('OPTION_INVALID', `${doing}VecinoVectorStore: expected ${expected}`, {
    details: { option, expected },
  });
}
