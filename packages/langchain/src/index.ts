/**
 * Vecino as a vector store of LangChain.js, and embedding models across both.
 *
 * @packageDocumentation
 */
export {
  type LangChainEmbeddingOptions,
  langchainEmbedding,
  VecinoEmbeddings,
} from './embeddings.ts';
export {
  type DeleteTarget,
  type StoreConfig,
  type StoreOptions,
  VecinoVectorStore,
} from './vector-store.ts';
