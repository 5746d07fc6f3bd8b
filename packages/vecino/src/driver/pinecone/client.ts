import type { Fields } from './metadata-form.ts';

/*
 * What of the package `@pinecone-database/pinecone` we use. It is an optional peer, so its own types may not be there;
 * a test compares these with them.
 */

export interface PineconeModule {
  readonly Pinecone: new (config: ClientConfig) => PineconeClient;
}

export interface ClientConfig {
  readonly apiKey: string;
  readonly controllerHostUrl: string;
  readonly fetchApi: typeof fetch;
  readonly maxRetries: number;
  readonly sourceTag: string;
}

export interface PineconeClient {
  listIndexes(): Promise<{ readonly indexes?: readonly IndexModel[] | undefined }>;
  createIndex(options: NewIndex): Promise<unknown>;
  describeIndex(name: string): Promise<IndexModel>;
  deleteIndex(name: string): Promise<void>;
  index(target: { readonly host: string; readonly namespace: string }): PineconeIndex;
}

export interface IndexModel {
  readonly name: string;
  readonly host: string;
  readonly dimension?: number | undefined;
  readonly metric: string;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly status: { readonly ready: boolean; readonly state: string };
}

export interface NewIndex {
  readonly name: string;
  readonly dimension: number;
  readonly metric: 'cosine' | 'dotproduct' | 'euclidean';
  readonly spec: { readonly serverless: { readonly cloud: Cloud; readonly region: string } };
  readonly tags: Record<string, string>;
}

export const CLOUDS = ['aws', 'gcp', 'azure'] as const;
export type Cloud = (typeof CLOUDS)[number];

/** One namespace of an index. */
export interface PineconeIndex {
  upsert(options: { readonly records: PineconeRecord[] }): Promise<unknown>;
  query(query: PineconeQuery): Promise<{ readonly matches: readonly PineconeMatch[] }>;
  fetch(options: {
    readonly ids: string[];
  }): Promise<{ readonly records: Readonly<Record<string, FetchedRecord>> }>;
  fetchByMetadata(query: PineconeScan): Promise<PineconePage>;
  deleteMany(options: { readonly ids: string[] }): Promise<unknown>;
  describeIndexStats(): Promise<{
    readonly namespaces?: Readonly<Record<string, { readonly recordCount?: number | undefined }>> | undefined;
  }>;
  listNamespaces(options: {
    readonly limit: number;
    readonly paginationToken?: string;
  }): Promise<NamespacePage>;
  deleteNamespace(name: string): Promise<unknown>;
}

export interface PineconeRecord {
  readonly id: string;
  readonly values: number[];
  readonly metadata: Fields;
}

export interface FetchedRecord {
  readonly id: string;
  readonly values?: readonly number[] | undefined;
  readonly metadata?: Fields | undefined;
}

export interface PineconeMatch extends FetchedRecord {
  readonly score?: number | undefined;
}

export interface PineconeQuery {
  readonly vector: number[];
  readonly topK: number;
  readonly filter?: object;
  readonly includeMetadata: boolean;
  readonly includeValues: boolean;
}

export interface PineconeScan {
  readonly filter: object;
  readonly limit: number;
  readonly paginationToken?: string;
}

interface Pagination {
  readonly next?: string | undefined;
}

export interface PineconePage {
  readonly records: Readonly<Record<string, FetchedRecord>>;
  readonly pagination?: Pagination | undefined;
}

export interface NamespacePage {
  readonly namespaces?: readonly { readonly name?: string | undefined }[] | undefined;
  readonly pagination?: Pagination | undefined;
}
