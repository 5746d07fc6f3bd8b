import type { JsonObject } from '../api/metadata.ts';
import type { ErrorCode } from '../base/error-catalogue.ts';
import { VecinoError } from '../base/errors.ts';
import type { NewEmbeddings } from './kept-embeddings.ts';
import type { BatchHead } from './sqlite-writer.ts';
import type { FullTextSettings, NewCollection, WriteBatch } from './store.ts';
import type { VectorSetChange } from './vector-set-changes.ts';

/** What the writer's thread is started with. */
export interface WriterThreadData {
  readonly folder: string;
  readonly pagesMax: number | undefined;
  readonly removalsKept: number | undefined;
}

/** What the writer's thread is asked to do. A batch is `begin`, any number of slices, `commit`. */
export type WriterCall =
  | { readonly kind: 'createCollection'; readonly collection: NewCollection }
  | { readonly kind: 'dropCollection'; readonly collection: number }
  | {
      readonly kind: 'setIndexOptions';
      readonly collection: number;
      readonly field: number;
      readonly index: JsonObject;
    }
  | { readonly kind: 'forgetRemovals'; readonly collection: number; readonly seq: number }
  | {
      readonly kind: 'beginFullText';
      readonly collection: number;
      readonly settings: FullTextSettings;
    }
  | { readonly kind: 'fillFullText' }
  | { readonly kind: 'optimizeFullText'; readonly collection: number }
  | { readonly kind: 'keepEmbeddings'; readonly embeddings: NewEmbeddings }
  | { readonly kind: 'changeVectorSets'; readonly change: VectorSetChange }
  | { readonly kind: 'reclaim' }
  | { readonly kind: 'begin'; readonly head: BatchHead }
  | { readonly kind: 'append'; readonly slice: WriteBatch }
  | { readonly kind: 'commit' }
  | { readonly kind: 'close' };

export interface WriterRequest {
  readonly id: number;
  readonly call: WriterCall;
}

/** An error as it crosses between threads: what makes the same `VecinoError` on the other side. */
interface CarriedError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export type WriterReply =
  | { readonly kind: 'done'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly error: CarriedError }
  | { readonly kind: 'checkpointFailed'; readonly error: CarriedError };

/** The id under which the thread reports that it has opened the store, or why it could not. */
export const OPENED = 0;

export function carry(error: unknown): CarriedError {
  if (error instanceof VecinoError) {
    const { code, message, details } = error;
    return { code, message, details };
  }
  const reason = error instanceof Error ? error.message : String(error);
  return {
    code: 'INTERNAL',
    message: `the writer failed unexpectedly (${reason}); please report this as a bug`,
    details: {},
  };
}

export function uncarry({ code, message, details }: CarriedError): VecinoError {
  return new VecinoError(code, message, { details });
}
