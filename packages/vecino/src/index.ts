/**
 * Vecino: an embedded, durable vector database for TypeScript.
 *
 * @packageDocumentation
 */
import { requireNode } from './base/node-version.ts';

requireNode();

export { type VerifyOptions, verifyAdvice } from './advisor/verify.ts';
export type {
  Advice,
  AdviceConfiguration,
  AdvicePoint,
  AdviceSample,
  AdviceVerification,
  AdviceWarning,
  AdvisedConfiguration,
  AdviseOptions,
  AdviseProgress,
  AtTarget,
  DataCharacter,
  EffortName,
  Estimate,
  Forecast,
  Verified,
} from './api/advice.ts';
export type { AnalysisOptions, AnalysisProgress } from './api/analysis.ts';
export type {
  AnomaliesQuery,
  Anomaly,
  AnomalyOptions,
  AnomalyQuery,
  AnomalyScore,
} from './api/anomaly.ts';
export {
  CAPABILITIES,
  type Capabilities,
  type Capability,
  GUARANTEES,
  type Guarantee,
  type Health,
} from './api/capabilities.ts';
export type { ChangesQuery, PutChange, RecordChange, RemoveChange } from './api/changes.ts';
export type { Cluster, ClustersQuery, Keyword } from './api/cluster.ts';
export type {
  CheckReport,
  Collection,
  CollectionDescription,
  CollectionOptions,
  ListPage,
  ListQuery,
  Namespace,
  NamespaceDescription,
  RemoveTarget,
} from './api/collection.ts';
export type {
  CollectionStats,
  IndexFigures,
  VectorFieldStats,
} from './api/collection-stats.ts';
export type { ConnectionOptions } from './api/connection.ts';
export type { Database, OpenOptions, Warning } from './api/database.ts';
export type { DuplicateCluster, DuplicatePair, Duplicates, DuplicatesQuery } from './api/duplicate.ts';
export type {
  EmbeddedText,
  EmbeddingFunction,
  EmbeddingStats,
  EmbedOptions,
  EmbedProgress,
  Truncation,
} from './api/embedding.ts';
export type { Example, Strategy } from './api/example.ts';
export type { Facet, FacetRequest, FacetValue } from './api/facets.ts';
export type { Condition, Filter, PathOf, ValueAt } from './api/filter.ts';
export type {
  FullTextLanguage,
  FullTextOptions,
  FullTextProgress,
  FullTextQuery,
  FusionOptions,
} from './api/full-text.ts';
export type {
  EmbeddedImage,
  Embedding,
  EmbedImagesOptions,
  EmbedImagesProgress,
  ImageEmbedding,
  ImageInput,
} from './api/image.ts';
export type {
  AutoOptions,
  CompleteIndexChoice,
  FlatOptions,
  HnswOptions,
  IndexChoice,
  IndexFamily,
  IndexOptions,
  RecallTarget,
} from './api/index-options.ts';
export { LIMITS } from './api/limits.ts';
export type { AnyMetadata, JsonObject, JsonValue, Metadata } from './api/metadata.ts';
export type { RecallEstimate, RecallReport, RecallWatchOptions } from './api/recall.ts';
export type { Part, RecordInput, RecordUpdate, StoredRecord, VectorInput } from './api/record.ts';
export type {
  ReembedDescription,
  ReembedEstimate,
  ReembedOptions,
  ReembedProgress,
  ReembedTarget,
} from './api/reembed.ts';
export type { DiversifyOptions, GroupByOptions } from './api/refine.ts';
export type { ReindexOptions, ReindexProgress } from './api/reindex.ts';
export type {
  FieldExplanation,
  Hit,
  HitGroup,
  HitScores,
  Metric,
  NearestQuery,
  RerankContext,
  RerankFunction,
  RerankOptions,
  SearchExplanation,
  SearchQuery,
  SearchResult,
} from './api/search.ts';
export type { VectorFieldDescription, VectorFieldOptions } from './api/vector-field.ts';
export { estimateTokens } from './base/estimate-tokens.ts';
export { open } from './driver/open.ts';
export { type ErrorCode, type ErrorKind, VecinoError } from './errors.ts';
export { type EvaluateOptions, type Evaluation, evaluate, type Way } from './evaluation/evaluate.ts';
export type { Place, Question } from './evaluation/questions.ts';
export type { RetrieveOptions } from './retrieval/options.ts';
export type { Citation } from './retrieval/piece.ts';
export { type Passage, type Retrieval, retrieve } from './retrieval/retrieve.ts';
