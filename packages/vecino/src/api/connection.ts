import type { OptionSpecs } from '../base/options.ts';

/** How an engine elsewhere is spoken to; see {@link OpenOptions.connection}. */
export interface ConnectionOptions {
  /** Where in the engine collections lie, so that several databases can share it: PostgreSQL's schema, a prefix of Redis' keys. Default `vecino`. */
  readonly schema?: string;
  /**
   * The key that the engine asks for (Qdrant, Pinecone, Chroma), where the address has none: printable ASCII. It
   * appears in no message, cause or `location`.
   */
  readonly apiKey?: string;
  /** Connections at the same time: 1 to 1,000, default 10. */
  readonly connectionsMax?: number;
  /** Milliseconds until connecting ends with `REMOTE_TIMED_OUT`: 1 to 3,600,000, default 10,000. */
  readonly connectTimeoutMs?: number;
  /** Milliseconds until a request ends with `REMOTE_TIMED_OUT`: 1 to 86,400,000, default 60,000. */
  readonly timeoutMs?: number;
  /**
   * How often a call is tried again where that is safe and may help (a lost connection while reading, a deadlock):
   * 0 to 100, default 3. The first time after 100 ms, then after twice as long each time.
   */
  readonly retries?: number;
  /** Ends whatever is under way, and every later call, with `CANCELLED`. The database still has to be closed. */
  readonly signal?: AbortSignal;
}

export const CONNECTION_OPTIONS = {
  schema: { kind: 'opaque', about: 'Where in the engine collections lie.' },
  apiKey: { kind: 'opaque', about: 'The key that the engine asks for.' },
  connectionsMax: {
    kind: 'integer',
    default: 10,
    min: 1,
    max: 1_000,
    about: 'Connections at the same time.',
  },
  connectTimeoutMs: {
    kind: 'integer',
    default: 10_000,
    min: 1,
    max: 3_600_000,
    about: 'Milliseconds until connecting is given up.',
  },
  timeoutMs: {
    kind: 'integer',
    default: 60_000,
    min: 1,
    max: 86_400_000,
    about: 'Milliseconds until a request is given up.',
  },
  retries: { kind: 'integer', default: 3, min: 0, max: 100, about: 'How often a call is tried again.' },
  signal: { kind: 'opaque', about: 'Ends whatever is under way.' },
} as const satisfies OptionSpecs;
