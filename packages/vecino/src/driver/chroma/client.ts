import { importPeer } from '../front/peer.ts';

/*
 * What of the package `chromadb`, an optional peer, we use. Listing collections and asking for the version goes past
 * it (`rest.ts`), because it prints a warning for each collection that has no embedding function of Chroma's.
 */

/** The client, an optional peer. */
const CLIENT = 'chromadb';

export type Scalar = string | number | boolean;

/** Metadata as Chroma keeps them: one level, no empty values. Written, null takes a key away that is there. */
export type ChromaMetadata = Readonly<Record<string, Scalar | null>>;

/** A condition over metadata, in Chroma's terms. */
export type Where = Readonly<Record<string, unknown>>;

export type Include = 'documents' | 'embeddings' | 'metadatas' | 'distances';

export interface ChromaModule {
  readonly ChromaClient: new (options: ClientOptions) => ChromaClient;
}

export interface ClientOptions {
  readonly host: string;
  readonly port: number;
  readonly ssl: boolean;
  readonly tenant: string;
  readonly database: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface ChromaClient {
  createCollection(options: {
    readonly name: string;
    readonly metadata: ChromaMetadata;
    readonly configuration: Readonly<Record<string, unknown>>;
    readonly embeddingFunction: EmbeddingFunction;
  }): Promise<ChromaCollection>;
  getCollection(options: {
    readonly name: string;
    readonly embeddingFunction: EmbeddingFunction;
  }): Promise<ChromaCollection>;
  deleteCollection(options: { readonly name: string }): Promise<void>;
}

export interface ChromaCollection {
  readonly id: string;
  readonly name: string;
  count(): Promise<number>;
  get(question: {
    readonly ids?: readonly string[];
    readonly where?: Where;
    readonly limit?: number;
    readonly include: readonly Include[];
  }): Promise<ChromaRecords>;
  query(question: {
    readonly queryEmbeddings: readonly (readonly number[])[];
    readonly nResults: number;
    readonly where?: Where;
    readonly include: readonly Include[];
  }): Promise<ChromaHits>;
  /** Nulls in metadata are left out. */
  upsert(records: NewRecords): Promise<void>;
  delete(target: { readonly ids?: readonly string[]; readonly where?: Where }): Promise<unknown>;
}

export interface NewRecords {
  readonly ids: readonly string[];
  readonly embeddings: readonly (readonly number[])[];
  readonly metadatas: readonly ChromaMetadata[];
  readonly documents: readonly string[];
}

/** What was not asked for is an empty list. */
export interface ChromaRecords {
  readonly ids: readonly string[];
  readonly metadatas: readonly (ChromaMetadata | null)[];
  readonly documents: readonly (string | null)[];
  readonly embeddings: readonly (readonly number[] | null)[];
}

/** A list for each of the vectors that were looked near. */
export interface ChromaHits {
  readonly ids: readonly (readonly string[])[];
  readonly distances: readonly (readonly (number | null)[])[];
  readonly metadatas: readonly (readonly (ChromaMetadata | null)[])[];
  readonly documents: readonly (readonly (string | null)[])[];
  readonly embeddings: readonly (readonly (readonly number[] | null)[])[];
}

interface EmbeddingFunction {
  generate(texts: readonly string[]): Promise<never>;
}

/**
 * In the place of Chroma's own embedding of texts, for we give vectors with everything. Without one the client looks
 * for a package that embeds, and prints that there is none.
 */
export const NO_EMBEDDING: EmbeddingFunction = {
  generate: async () => {
    throw new Error('texts are embedded by Vecino');
  },
};

export function loadClient(thing: string): Promise<ChromaModule> {
  return importPeer<ChromaModule>(thing, CLIENT);
}
