/** Who must act on an error, and the HTTP status that says the same. */
export const ERROR_KINDS = {
  InvalidArgument: 400,
  NotFound: 404,
  Conflict: 409,
  InvalidState: 409,
  Unsupported: 501,
  TooLarge: 413,
  Exhausted: 507,
  Cancelled: 504,
  Corruption: 500,
  Remote: 502,
  Internal: 500,
} as const;

export type ErrorKind = keyof typeof ERROR_KINDS;

interface ErrorEntry {
  readonly kind: ErrorKind;
  /** Whether the same call may succeed later without a change by the caller. */
  readonly retryable?: true;
}

/**
 * Every error code of the product, stable across versions; `docs/errors.md` explains each one, and a
 * test compares the two both ways.
 */
export const ERROR_CATALOGUE = {
  ADDRESS_UNSUPPORTED: { kind: 'Unsupported' },
  BATCH_EMPTY: { kind: 'InvalidArgument' },
  BATCH_TOO_LARGE: { kind: 'TooLarge' },
  BUDGET_TOO_SHORT: { kind: 'InvalidArgument' },
  CANCELLED: { kind: 'Cancelled', retryable: true },
  CHANGES_FORGOTTEN: { kind: 'InvalidArgument' },
  COLLECTION_DROPPED: { kind: 'InvalidState' },
  COLLECTION_EXISTS: { kind: 'Conflict' },
  COLLECTION_FULL: { kind: 'Exhausted' },
  COLLECTION_MISMATCH: { kind: 'Conflict' },
  COLLECTION_NOT_FOUND: { kind: 'NotFound' },
  CURSOR_INVALID: { kind: 'InvalidArgument' },
  DATABASE_CLOSED: { kind: 'InvalidState' },
  DIMENSION_MISMATCH: { kind: 'InvalidArgument' },
  DISK_FULL: { kind: 'Exhausted', retryable: true },
  DOCUMENT_INVALID: { kind: 'InvalidArgument' },
  DOCUMENT_TOO_LARGE: { kind: 'TooLarge' },
  DUPLICATES_TOO_MANY: { kind: 'TooLarge' },
  EMBEDDING_FAILED: { kind: 'Remote', retryable: true },
  EMBEDDING_MISMATCH: { kind: 'Conflict' },
  EMBEDDING_MISSING: { kind: 'InvalidArgument' },
  EMBEDDING_REFUSED: { kind: 'Remote' },
  EXAMPLES_CANCEL: { kind: 'InvalidArgument' },
  EXAMPLES_EMPTY: { kind: 'InvalidArgument' },
  EXPIRY_INVALID: { kind: 'InvalidArgument' },
  FIELD_MISSING: { kind: 'NotFound' },
  FIELD_REQUIRED: { kind: 'InvalidArgument' },
  FIELD_UNKNOWN: { kind: 'InvalidArgument' },
  FILTER_INVALID: { kind: 'InvalidArgument' },
  FILTER_OPERATOR_UNKNOWN: { kind: 'InvalidArgument' },
  FULL_TEXT_MISSING: { kind: 'InvalidArgument' },
  ID_DUPLICATE: { kind: 'InvalidArgument' },
  ID_EXISTS: { kind: 'Conflict' },
  ID_INVALID: { kind: 'InvalidArgument' },
  ID_TOO_LARGE: { kind: 'TooLarge' },
  IMAGE_INVALID: { kind: 'InvalidArgument' },
  INPUT_MALFORMED: { kind: 'InvalidArgument' },
  INPUT_UNREADABLE: { kind: 'InvalidArgument' },
  INTERNAL: { kind: 'Internal' },
  METADATA_INVALID: { kind: 'InvalidArgument' },
  METADATA_TOO_LARGE: { kind: 'TooLarge' },
  METRIC_UNSUITED: { kind: 'Unsupported' },
  NAMESPACE_NOT_FOUND: { kind: 'NotFound' },
  NAME_INVALID: { kind: 'InvalidArgument' },
  NODE_TOO_OLD: { kind: 'Unsupported' },
  NOTHING_MEETS: { kind: 'InvalidArgument' },
  OPTION_INVALID: { kind: 'InvalidArgument' },
  OPTION_OUT_OF_RANGE: { kind: 'InvalidArgument' },
  OPTION_UNKNOWN: { kind: 'InvalidArgument' },
  OUTPUT_UNWRITABLE: { kind: 'InvalidArgument' },
  PACKAGE_MISSING: { kind: 'InvalidArgument' },
  PAGE_INVALID: { kind: 'InvalidArgument' },
  QUERY_INVALID: { kind: 'InvalidArgument' },
  RECORDS_TOO_FEW: { kind: 'InvalidState' },
  RECORD_NOT_FOUND: { kind: 'NotFound' },
  REEMBED_RUNNING: { kind: 'Conflict', retryable: true },
  REINDEX_RUNNING: { kind: 'Conflict', retryable: true },
  RERANK_FAILED: { kind: 'Remote', retryable: true },
  RERANK_TIMED_OUT: { kind: 'Cancelled', retryable: true },
  SNAPSHOT_CORRUPT: { kind: 'Corruption' },
  SNAPSHOT_OUTDATED: { kind: 'Corruption' },
  STORE_CORRUPT: { kind: 'Corruption' },
  STORE_IO: { kind: 'Internal', retryable: true },
  STORE_LOCKED: { kind: 'Conflict', retryable: true },
  STORE_NOT_FOUND: { kind: 'NotFound' },
  STORE_READ_ONLY: { kind: 'InvalidState' },
  STORE_VERSION_NEWER: { kind: 'Unsupported' },
  TEXT_MISSING: { kind: 'InvalidState' },
  VECTOR_INVALID: { kind: 'InvalidArgument' },
  VECTOR_NOT_FINITE: { kind: 'InvalidArgument' },
  VECTOR_ZERO: { kind: 'InvalidArgument' },
  WEIGHT_INVALID: { kind: 'InvalidArgument' },
} as const satisfies Record<string, ErrorEntry>;

/** A stable error code, safe to compare with in programs. */
export type ErrorCode = keyof typeof ERROR_CATALOGUE;
