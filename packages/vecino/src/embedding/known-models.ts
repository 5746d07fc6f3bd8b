import type { ModelDescription } from './model-description.ts';

type Known = Omit<ModelDescription, 'name'>;

const BGE_QUERY = 'Represent this sentence for searching relevant passages: ';
const E5: Pick<Known, 'queryPrefix' | 'documentPrefix' | 'tokensMax'> = {
  queryPrefix: 'query: ',
  documentPrefix: 'passage: ',
  tokensMax: 512,
};
const BGE: Pick<Known, 'queryPrefix' | 'tokensMax' | 'pooling'> = {
  queryPrefix: BGE_QUERY,
  tokensMax: 512,
  pooling: 'cls',
};
const NOMIC: Known = {
  dimension: 768,
  queryPrefix: 'search_query: ',
  documentPrefix: 'search_document: ',
  tokensMax: 8_192,
  dimensionMin: 64,
  centred: true,
};
const MXBAI: Known = { ...BGE, dimension: 1_024, dimensionMin: 64 };
const MINILM: Known = { dimension: 384, tokensMax: 256 };

/**
 * Models of which we know what their cards say, by the last part of their names in lower case: so
 * `Xenova/bge-small-en-v1.5` and `BAAI/bge-small-en-v1.5` are one, and so are `nomic-embed-text` and
 * `nomic-embed-text:latest`.
 */
const KNOWN: ReadonlyMap<string, Known> = new Map<string, Known>([
  ['text-embedding-3-small', { dimension: 1_536, tokensMax: 8_191, dimensionMin: 1 }],
  ['text-embedding-3-large', { dimension: 3_072, tokensMax: 8_191, dimensionMin: 1 }],
  ['text-embedding-ada-002', { dimension: 1_536, tokensMax: 8_191 }],
  ['mistral-embed', { dimension: 1_024, tokensMax: 8_192 }],
  ['e5-small-v2', { ...E5, dimension: 384 }],
  ['e5-base-v2', { ...E5, dimension: 768 }],
  ['e5-large-v2', { ...E5, dimension: 1_024 }],
  ['multilingual-e5-small', { ...E5, dimension: 384 }],
  ['multilingual-e5-base', { ...E5, dimension: 768 }],
  ['multilingual-e5-large', { ...E5, dimension: 1_024 }],
  ['bge-small-en-v1.5', { ...BGE, dimension: 384 }],
  ['bge-base-en-v1.5', { ...BGE, dimension: 768 }],
  ['bge-large-en-v1.5', { ...BGE, dimension: 1_024 }],
  ['bge-m3', { dimension: 1_024, tokensMax: 8_192, pooling: 'cls' }],
  ['nomic-embed-text', NOMIC],
  ['nomic-embed-text-v1.5', NOMIC],
  ['mxbai-embed-large', MXBAI],
  ['mxbai-embed-large-v1', MXBAI],
  ['snowflake-arctic-embed-m-v1.5', { ...BGE, dimension: 768, dimensionMin: 256 }],
  [
    'embeddinggemma',
    {
      dimension: 768,
      queryPrefix: 'task: search result | query: ',
      documentPrefix: 'title: none | text: ',
      tokensMax: 2_048,
      dimensionMin: 128,
    },
  ],
  ['all-minilm', MINILM],
  ['all-minilm-l6-v2', MINILM],
  ['all-minilm-l12-v2', { dimension: 384, tokensMax: 128 }],
  ['all-mpnet-base-v2', { dimension: 768, tokensMax: 384 }],
  ['gte-small', { dimension: 384, tokensMax: 512 }],
  ['gte-base', { dimension: 768, tokensMax: 512 }],
]);

/** Undefined of a model that we do not know. */
export function knownModel(name: string): Known | undefined {
  const last = name.slice(name.lastIndexOf('/') + 1);
  return KNOWN.get(last.replace(/:.*$/, '').toLowerCase());
}

export function knownModelNames(): string[] {
  return [...KNOWN.keys()];
}
