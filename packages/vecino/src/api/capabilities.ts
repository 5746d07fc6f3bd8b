/**
 * What an engine may lack. The embedded engine has all of it; whatever stands here and not in `unsupported`, an engine
 * can do. What is not in the list (records, filters, search near vectors, texts, ids and examples, `count`, `list`)
 * every engine has. `cosine`, `dot` and `l2` are the metrics of collections, `exact` is the comparison with all records,
 * `order` is `list` by id, by change or by a metadata path, `recall` is a recall to reach, and `measureRecall` that of
 * an answer.
 */
export const CAPABILITIES = [
  'analysis',
  'bestScore',
  'changes',
  'check',
  'cosine',
  'diversify',
  'dot',
  'exact',
  'explain',
  'facets',
  'fullText',
  'groupBy',
  'l2',
  'measureRecall',
  'namedVectors',
  'namespaces',
  'nearest',
  'order',
  'pages',
  'recall',
  'reembed',
  'reindex',
  'stats',
] as const;

/** One of {@link CAPABILITIES}. */
export type Capability = (typeof CAPABILITIES)[number];

/**
 * What an engine may promise less of than a folder does, without that any call could be refused for it:
 *
 * - `allHits`: a search answers min(k, matches) hits
 * - `atomicBatches`: a batch is written whole or not at all, whatever fails meanwhile
 * - `changeOrder`: `seq` grows with each change, whoever makes it
 * - `conditionalWrites`: nobody comes in between when `add` looks which ids are there, and `update` what there is
 * - `emptyNamespaces`: a namespace is listed until it is dropped, with or without records
 * - `exactVectors`: vectors come back bit by bit as they were given
 * - `listOrder`: `list` has the order of changes where none is asked for
 * - `readYourWrites`: whatever is asked after a write has seen it
 */
export const GUARANTEES = [
  'allHits',
  'atomicBatches',
  'changeOrder',
  'conditionalWrites',
  'emptyNamespaces',
  'exactVectors',
  'listOrder',
  'readYourWrites',
] as const;

/** One of {@link GUARANTEES}. */
export type Guarantee = (typeof GUARANTEES)[number];

/** What the engine behind a database can do. */
export interface Capabilities {
  /** The engine, as messages name it: `Vecino`, `PostgreSQL (pgvector)`. */
  readonly engine: string;
  /**
   * What it cannot do, each with the nearest alternative in one sentence. A call that needs it throws `UNSUPPORTED`;
   * nothing is answered differently in silence.
   */
  readonly unsupported: Readonly<Partial<Record<Capability, string>>>;
  /** What it promises less of than a folder, each with what holds instead in one sentence. */
  readonly weaker: Readonly<Partial<Record<Guarantee, string>>>;
  /**
   * How searches by words are scored: by BM25, or by PostgreSQL's `ts_rank`, which knows no rare words; null where
   * there are none.
   */
  readonly wordScores: 'bm25' | 'ts_rank' | null;
}

/** What `health` found. */
export interface Health {
  readonly engine: string;
  /** Of the engine, and of the extension that searches vectors where that is one: `17.2, pgvector 0.8.0`. */
  readonly version: string;
  /** How long the engine took to answer, in milliseconds. */
  readonly latencyMs: number;
}
