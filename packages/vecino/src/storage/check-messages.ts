import type { carry } from './writer-messages.ts';

/** What the thread that checks a store is started with. */
export interface CheckThreadData {
  readonly file: string;
}

/** Its one answer. */
export type CheckReply = { readonly problems: string[] } | { readonly error: ReturnType<typeof carry> };
