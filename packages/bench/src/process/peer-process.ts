import type { Replies, Request } from './messages.ts';

/**
 * One engine in a process of its own, so that memory, garbage collection and the event loop are its own,
 * and so that it can be pinned. It does one request at a time and sleeps in between, which lets engines
 * take turns with all of their indexes in memory.
 */
export interface PeerProcess extends AsyncDisposable {
  readonly pid: number;
  ask<R extends Request>(request: R): Promise<Replies[R['kind']]>;
}
