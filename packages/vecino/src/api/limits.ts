/** The documented limits. Beyond one of them a call is refused; nothing is truncated or capped. */
export const LIMITS = {
  /** Longest id, in UTF-8 bytes. */
  idBytesMax: 512,
  /** Longest collection name, in characters. */
  nameLengthMax: 128,
  /** Longest name of a namespace, in characters. */
  namespaceLengthMax: 128,
  /** Most named vectors of one collection. */
  fieldsMax: 16,
  /** Longest name of a vector, in characters. */
  fieldNameLengthMax: 64,
  /** Highest dimension of a vector. */
  dimensionMax: 8_192,
  /** Largest document, in UTF-8 bytes. */
  documentBytesMax: 1 << 20,
  /** Largest file of a picture, in bytes. */
  imageBytesMax: 64 << 20,
  /** Largest metadata, in UTF-8 bytes of JSON. */
  metadataBytesMax: 64 << 10,
  /** Deepest nesting of metadata. */
  metadataDepthMax: 32,
  /** Deepest nesting of `$and`, `$or` and `$not` in a filter. */
  filterDepthMax: 32,
  /** Most records in one call of a write. */
  batchMax: 100_000,
  /** Most examples of one search, likes and unlikes together. */
  examplesMax: 1_000,
  /** Most different words of one full-text query. */
  fullTextTermsMax: 1_024,
  /** Most hits of one search. */
  kMax: 10_000,
  /** Most records of one page of `list`. */
  pageMax: 10_000,
} as const;
