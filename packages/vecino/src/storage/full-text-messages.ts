import type { FullTextFound, FullTextSearch } from './store.ts';
import type { carry } from './writer-messages.ts';

/** What a thread that searches texts is started with. */
export interface FullTextThreadData {
  readonly file: string;
}

export interface FullTextRequest {
  readonly id: number;
  readonly search: FullTextSearch;
}

export type FullTextReply =
  | { readonly id: number; readonly found: FullTextFound }
  | { readonly id: number; readonly error: ReturnType<typeof carry> };
