import type { EmbeddingFunction, JsonObject } from 'vecino';
import { VecinoError } from 'vecino/errors';
import { type OptionSpecs, readOptions } from 'vecino/options';

/** How far an ingestion is. */
export interface IngestProgress {
  /** The source at hand. */
  readonly source: string;
  /** Sources behind us, of `total`. */
  readonly sources: number;
  readonly total: number;
  /** Bytes of the sources behind us, of `bytesTotal`; pages count nothing before they are fetched. */
  readonly bytes: number;
  readonly bytesTotal: number;
  /** Records that were embedded and stored so far. */
  readonly records: number;
}

/** A source that could not be ingested, and why. */
export interface SourceFault {
  readonly source: string;
  readonly error: VecinoError;
}

/** What `ingest` is told beside the sources. */
export interface IngestOptions {
  /**
   * The collection's embedding, whose tokenizer then measures the chunks; without one, or where it has none, tokens
   * are estimated (`estimateTokens`).
   */
  readonly embedding?: EmbeddingFunction;
  /** Tokens of a chunk at most, headings that are put before it included: 16 to 8,192; default 200. */
  readonly size?: number;
  /** Tokens at most that a chunk repeats of the one before: 0 to half the size; default 30, or a seventh of the size. */
  readonly overlap?: number;
  /** Patterns of files that are left out of folders, relative to them, such as `archive/**`. Default none. */
  readonly ignore?: readonly string[];
  /** Bytes of a file or a page at most: 1 to 1 GiB, default 32 MiB; larger ones are faults. */
  readonly fileBytesMax?: number;
  /** Keys that every record gets beside those of a passage. */
  readonly metadata?: JsonObject;
  /** Keep records of sources that are not there any more. Default false. */
  readonly keepVanished?: boolean;
  /** Records that are embedded and stored together: 1 to 10,000, default 256. */
  readonly batch?: number;
  readonly onProgress?: (progress: IngestProgress) => void;
  /** Told of each source that could not be ingested, at once; all are in the report too. */
  readonly onFault?: (fault: SourceFault) => void;
  /** Ends it with `CANCELLED`; what is stored stays, and the same call goes on from there. */
  readonly signal?: AbortSignal;
}

const INGEST_OPTIONS = {
  embedding: { kind: 'opaque', about: 'Its tokenizer measures the chunks.' },
  size: { kind: 'integer', min: 16, max: 8_192, about: 'Tokens of a chunk at most, default 200.' },
  overlap: { kind: 'integer', min: 0, max: 4_096, about: 'Tokens that a chunk repeats of the one before.' },
  ignore: { kind: 'opaque', about: 'Patterns of files that are left out of folders.' },
  fileBytesMax: {
    kind: 'integer',
    min: 1,
    max: 2 ** 30,
    default: 2 ** 25,
    about: 'Bytes of a file or a page at most.',
  },
  metadata: { kind: 'opaque', about: 'Keys that every record gets.' },
  keepVanished: { kind: 'boolean', default: false, about: 'Keep records of sources that are gone.' },
  batch: { kind: 'integer', min: 1, max: 10_000, default: 256, about: 'Records stored together.' },
  onProgress: { kind: 'opaque', about: 'Told how far it is.' },
  onFault: { kind: 'opaque', about: 'Told of sources that could not be ingested.' },
  signal: { kind: 'opaque', about: 'Ends it; what is stored stays.' },
} as const satisfies OptionSpecs;

const SIZE = 200;
const OVERLAP = 30;
/** A chunk that repeats more than it says anew would make twice the records. */
const OVERLAP_SHARE_MAX = 0.5;
const OVERLAP_SHARE = 0.15;

/** Keys of a passage, which the caller's metadata cannot have. */
const PASSAGE_KEYS = [
  'root',
  'source',
  'headings',
  'start',
  'end',
  'contextLength',
  'page',
  'row',
  'chunk',
  'chunks',
  'modified',
  'ingested',
] as const;

/** The options with their defaults. */
export type CompleteOptions = IngestOptions &
  Required<
    Pick<
      IngestOptions,
      'size' | 'overlap' | 'ignore' | 'fileBytesMax' | 'metadata' | 'keepVanished' | 'batch'
    >
  >;

/** Checks everything that is wrong with the options, and fills in what is absent. */
export function readIngestOptions(input: IngestOptions | undefined): CompleteOptions {
  const options = readOptions('ingest', INGEST_OPTIONS, input) as IngestOptions &
    Required<Pick<IngestOptions, 'fileBytesMax' | 'keepVanished' | 'batch'>>;
  const { embedding, ignore = [], metadata = {} } = options;
  const tokensMax = embedding?.tokensMax;
  const size = options.size ?? Math.min(SIZE, tokensMax ?? SIZE);
  if (tokensMax !== undefined && size > tokensMax) throw sizeBeyondModel(size, tokensMax);
  const overlap = options.overlap ?? Math.min(OVERLAP, Math.floor(size * OVERLAP_SHARE));
  const overlapMax = Math.floor(size * OVERLAP_SHARE_MAX);
  if (overlap > overlapMax) throw outOfRange('overlap', overlap, 0, overlapMax);
  requirePatterns(ignore);
  requireFreeKeys(metadata);
  for (const name of ['onProgress', 'onFault'] as const) requireFunction(name, options[name]);
  return { ...options, size, overlap, ignore, metadata };
}

function sizeBeyondModel(size: number, tokensMax: number): VecinoError {
  return new VecinoError(
    'OPTION_OUT_OF_RANGE',
    `ingest: option "size" is ${size}, but of a text the embedding reads ${tokensMax} tokens; the rest would not be found`,
    { details: { option: 'size', max: tokensMax, received: size } },
  );
}

function outOfRange(option: string, received: number, min: number, max: number): VecinoError {
  return new VecinoError(
    'OPTION_OUT_OF_RANGE',
    `ingest: option "${option}" is ${received}, expected an integer from ${min} to ${max}`,
    { details: { option, min, max, received } },
  );
}

function requirePatterns(ignore: unknown): void {
  if (Array.isArray(ignore) && ignore.every((pattern) => typeof pattern === 'string')) return;
  throw new VecinoError('OPTION_INVALID', 'ingest: option "ignore" is expected to be an array of strings', {
    details: { option: 'ignore', expected: 'an array of strings' },
  });
}

function requireFreeKeys(metadata: unknown): void {
  const isObject = typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata);
  const taken = isObject ? PASSAGE_KEYS.filter((key) => Object.hasOwn(metadata, key)) : [];
  if (isObject && taken.length === 0) return;
  const why = isObject ? `has keys of passages: ${taken.join(', ')}` : 'is no object';
  throw new VecinoError('OPTION_INVALID', `ingest: option "metadata" ${why}; name your own keys otherwise`, {
    details: { option: 'metadata', taken },
  });
}

function requireFunction(option: string, value: unknown): void {
  if (value === undefined || typeof value === 'function') return;
  throw new VecinoError(
    'OPTION_INVALID',
    `ingest: option "${option}" is a ${typeof value}, expected a function`,
    {
      details: { option, expected: 'a function', received: typeof value },
    },
  );
}
