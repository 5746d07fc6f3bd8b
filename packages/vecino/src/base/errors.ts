import { ERROR_CATALOGUE, ERROR_KINDS, type ErrorCode, type ErrorKind } from './error-catalogue.ts';

export interface ErrorOptions {
  /** Typed values that a program may read: `expected`, `received`, positions. Never vectors or texts. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/**
 * Every error that Vecino throws on purpose.
 *
 * `code` is stable and says what is wrong; `kind` says who must act (`InvalidArgument`, `Conflict`,
 * `Exhausted`, …); `status` is the HTTP status of that kind; `retryable` is true where the same call
 * may succeed later. The message names the thing, the expected and the received value and the remedy.
 *
 * @example
 * ```ts
 * try {
 *   await books.add([{ id: 'a', vector: [1, 2] }]);
 * } catch (error) {
 *   if (error instanceof VecinoError && error.code === 'DIMENSION_MISMATCH') console.log(error.details);
 * }
 * ```
 */
export class VecinoError extends Error {
  override readonly name = 'VecinoError';
  readonly code: ErrorCode;
  readonly kind: ErrorKind;
  readonly status: number;
  readonly retryable: boolean;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    const entry = ERROR_CATALOGUE[code];
    this.code = code;
    this.kind = entry.kind;
    this.status = ERROR_KINDS[entry.kind];
    this.retryable = 'retryable' in entry;
    this.details = options.details ?? {};
  }

  /** `code`, `message` and `details`: what a command line or a server prints. */
  toJSON(): { code: ErrorCode; message: string; details: Readonly<Record<string, unknown>> } {
    return { code: this.code, message: this.message, details: this.details };
  }
}
