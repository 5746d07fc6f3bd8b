import { Worker } from 'node:worker_threads';
import { VecinoError } from '../base/errors.ts';
import type { FullTextReply, FullTextRequest, FullTextThreadData } from './full-text-messages.ts';
import type { FullTextFound, FullTextSearch } from './store.ts';
import { uncarry } from './writer-messages.ts';

interface Pending {
  readonly resolve: (found: FullTextFound) => void;
  readonly reject: (error: VecinoError) => void;
}

/**
 * Searches the texts of a folder's store on a thread that is started by the first search. It has a connection of
 * its own, so it may see commits that the caller's connection has not looked at yet; what it answers says so.
 */
export class ThreadedFullText {
  private readonly file: string;
  private readonly pending = new Map<number, Pending>();
  private worker: Worker | undefined;
  private nextId = 0;

  constructor(file: string) {
    this.file = file;
  }

  search(search: FullTextSearch): Promise<FullTextFound> {
    this.worker ??= this.start();
    const id = this.nextId++;
    // Until the reply is there, the thread keeps the process alive; an idle one does not.
    this.worker.ref();
    this.worker.postMessage({ id, search } satisfies FullTextRequest);
    return new Promise((resolve, reject) => this.pending.set(id, { resolve, reject }));
  }

  async close(): Promise<void> {
    await this.worker?.terminate();
  }

  private start(): Worker {
    const script = import.meta.url.endsWith('.ts') ? './full-text-thread.ts' : './full-text-thread.js';
    const worker = new Worker(new URL(script, import.meta.url), {
      workerData: { file: this.file } satisfies FullTextThreadData,
      name: 'vecino full text',
      // Without the process's own flags: some, such as `--input-type` of `node --eval`, stop a thread.
      execArgv: [],
    });
    worker.on('message', (reply: FullTextReply) => this.settle(reply));
    worker.on('error', (error) => this.end(error));
    worker.on('exit', () => this.end());
    return worker;
  }

  private settle(reply: FullTextReply): void {
    const pending = this.pending.get(reply.id);
    this.pending.delete(reply.id);
    if (this.pending.size === 0) this.worker?.unref();
    if ('found' in reply) pending?.resolve(reply.found);
    else pending?.reject(uncarry(reply.error));
  }

  /** Refuses what is pending; the next search starts another thread. */
  private end(cause?: unknown): void {
    this.worker = undefined;
    const failure = new VecinoError(
      'STORE_IO',
      `the thread that searches the texts of ${this.file} has ended`,
      {
        cause,
      },
    );
    for (const { reject } of this.pending.values()) reject(failure);
    this.pending.clear();
  }
}
