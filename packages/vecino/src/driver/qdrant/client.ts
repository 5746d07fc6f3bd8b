/*
 * What of the package `@qdrant/js-client-rest` we use, in our own words: the package is an optional peer, so that its
 * types need not be there. A test compiles these against the types of the package.
 */

export interface QdrantModule {
  readonly QdrantClient: new (options: Readonly<Record<string, unknown>>) => QdrantClient;
}

/** Qdrant's own condition on a point. */
export type Condition =
  | { readonly key: string; readonly match: Match }
  | { readonly key: string; readonly range: NumberRange }
  | { readonly has_id: string[] }
  | { readonly has_vector: string }
  | Filter;

export type Match =
  | { readonly value: string | number }
  | { readonly any: string[] }
  | { readonly any: number[] };

export interface NumberRange {
  readonly gt?: number;
  readonly gte?: number;
  readonly lt?: number;
  readonly lte?: number;
}

export interface Filter {
  readonly must?: Condition[];
  readonly should?: Condition[];
  readonly must_not?: Condition[];
}

export interface Point {
  readonly id: string;
  readonly vector: number[] | Record<string, number[]>;
  readonly payload: Record<string, unknown>;
}

/** A point as Qdrant answers it. */
export interface FoundPoint {
  readonly id: string | number;
  readonly payload?: Readonly<Record<string, unknown>> | null | undefined;
  readonly vector?: unknown;
}

export interface ScoredPoint extends FoundPoint {
  readonly score: number;
}

export interface VectorConfig {
  readonly size: number;
  readonly distance: 'Dot' | 'Euclid';
  readonly on_disk: boolean;
  readonly datatype: 'float32' | 'float16';
  readonly hnsw_config: { readonly m: number; readonly ef_construct: number };
  readonly quantization_config?: {
    readonly scalar: { readonly type: 'int8'; readonly always_ram: boolean };
  };
}

/** What of a point is answered. */
export interface Shown {
  readonly with_payload: string[] | boolean;
  readonly with_vector: boolean;
}

export interface Query extends Shown {
  readonly query: number[];
  readonly using?: string;
  readonly filter: Filter;
  readonly limit: number;
  readonly params: {
    readonly exact: boolean;
    readonly hnsw_ef?: number;
    readonly quantization?: { readonly rescore: boolean; readonly oversampling: number };
  };
}

export interface Scroll extends Shown {
  readonly filter: Filter;
  readonly limit: number;
  readonly offset?: string | number;
  readonly order_by?: {
    readonly key: string;
    readonly direction: 'asc' | 'desc';
    readonly start_from?: number;
  };
}

export interface Upsert {
  readonly wait: true;
  readonly points: Point[];
  /** Points that are there and do not match stay as they are. */
  readonly update_filter?: Filter;
  readonly update_mode?: 'insert_only' | 'update_only';
}

/** How a payload field is indexed. */
export type FieldSchema =
  | 'uuid'
  | 'keyword'
  | 'integer'
  | 'float'
  | { readonly type: 'keyword'; readonly is_tenant: boolean };

export interface QdrantClient {
  versionInfo(): Promise<{ readonly version: string }>;
  createCollection(
    collection: string,
    options: { readonly vectors: VectorConfig | Record<string, VectorConfig> },
  ): Promise<unknown>;
  deleteCollection(collection: string): Promise<unknown>;
  createPayloadIndex(
    collection: string,
    index: { readonly wait: true; readonly field_name: string; readonly field_schema: FieldSchema },
  ): Promise<unknown>;
  upsert(collection: string, request: Upsert): Promise<unknown>;
  retrieve(collection: string, request: Shown & { readonly ids: string[] }): Promise<readonly FoundPoint[]>;
  scroll(
    collection: string,
    request: Scroll,
  ): Promise<{ readonly points: readonly FoundPoint[]; readonly next_page_offset?: unknown }>;
  count(
    collection: string,
    request: { readonly filter: Filter; readonly exact: true },
  ): Promise<{ readonly count: number }>;
  delete(
    collection: string,
    request: { readonly wait: true } & ({ readonly points: string[] } | { readonly filter: Filter }),
  ): Promise<unknown>;
  query(collection: string, request: Query): Promise<{ readonly points: readonly ScoredPoint[] }>;
  facet(
    collection: string,
    request: { readonly key: string; readonly filter: Filter; readonly limit: number; readonly exact: true },
  ): Promise<{ readonly hits: readonly { readonly value: unknown; readonly count: number }[] }>;
}
