/**
 * What an engine may lack. The embedded engine has all of it; whatever stands here and not in `unsupported`, an engine
 * can do. What is not in the list (records, filters, search near vectors, texts, ids and examples, `count`, `list`)
 * every engine has.
 */
export const CAPABILITIES = [
  'analysis',
  'bestScore',
  'changes',
  'check',
  'diversify',
  'explain',
  'facets',
  'fullText',
  'groupBy',
  'namedVectors',
  'namespaces',
  'nearest',
  'pages',
  'recall',
  'reembed',
  'reindex',
  'stats',
] as const;

/** One of {@link CAPABILITIES}. */
export type Capability = (typeof CAPABILITIES)[number];

/** What the engine behind a database can do. */
export interface Capabilities {
  /** The engine, as messages name it: `Vecino`, `PostgreSQL (pgvector)`. */
  readonly engine: string;
  /**
   * What it cannot do, each with the nearest alternative in one sentence. A call that needs it throws `UNSUPPORTED`;
   * nothing is answered differently in silence.
   */
  readonly unsupported: Readonly<Partial<Record<Capability, string>>>;
  /** How searches by words are scored: by BM25, or by PostgreSQL's `ts_rank`, which knows no rare words. */
  readonly wordScores: 'bm25' | 'ts_rank';
}

/** What `health` found. */
export interface Health {
  readonly engine: string;
  /** Of the engine, and of the extension that searches vectors where that is one: `17.2, pgvector 0.8.0`. */
  readonly version: string;
  /** How long the engine took to answer, in milliseconds. */
  readonly latencyMs: number;
}
