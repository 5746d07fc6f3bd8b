import { Worker } from 'node:worker_threads';
import type { FullTextProgress } from '../api/full-text.ts';
import type { JsonObject } from '../api/metadata.ts';
import { VecinoError } from '../base/errors.ts';
import { Mutex } from '../base/mutex.ts';
import { slicesOf } from './batch-slices.ts';
import type { NewEmbeddings } from './kept-embeddings.ts';
import type {
  FullTextSettings,
  NewCollection,
  StoredCollection,
  StoreWriter,
  WriteBatch,
  Written,
} from './store.ts';
import type { VectorSetChange } from './vector-set-changes.ts';
import {
  OPENED,
  uncarry,
  type WriterCall,
  type WriterReply,
  type WriterRequest,
  type WriterThreadData,
} from './writer-messages.ts';

/**
 * Bytes copied for the writer's thread at a time: large enough that messages cost nothing beside the writing,
 * small enough that copying holds the event loop for about a millisecond.
 */
const SLICE_BYTES = 1 << 20;

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: VecinoError) => void;
}

/** The writing side of a folder as the caller's thread sees it: each call is a message to `writer-thread.ts`. */
export class ThreadedWriter implements StoreWriter {
  private readonly worker: Worker;
  private readonly pending = new Map<number, Pending>();
  private readonly mutex = new Mutex();
  private nextId = OPENED + 1;
  private failure: VecinoError | undefined;

  private constructor(data: WriterThreadData, onCheckpointFailed: (error: VecinoError) => void) {
    const script = import.meta.url.endsWith('.ts') ? './writer-thread.ts' : './writer-thread.js';
    this.worker = new Worker(new URL(script, import.meta.url), {
      workerData: data,
      name: 'vecino writer',
      // Without the process's own flags: some, such as `--input-type` of `node --eval`, stop a thread.
      execArgv: [],
    });
    this.worker.on('message', (reply: WriterReply) => {
      if (reply.kind === 'checkpointFailed') onCheckpointFailed(uncarry(reply.error));
      else this.settle(reply);
    });
    this.worker.on('error', (error) => this.end(error));
    this.worker.on('exit', () => this.end());
  }

  /** Resolves when the thread has opened the database and brought its schema up to date. */
  static async open(
    data: WriterThreadData,
    onCheckpointFailed: (error: VecinoError) => void,
  ): Promise<ThreadedWriter> {
    const writer = new ThreadedWriter(data, onCheckpointFailed);
    await writer.reply<void>(OPENED);
    return writer;
  }

  createCollection(collection: NewCollection): Promise<StoredCollection> {
    return this.mutex.run(() => this.call<StoredCollection>({ kind: 'createCollection', collection }));
  }

  dropCollection(collection: number): Promise<void> {
    return this.mutex.run(() => this.call<void>({ kind: 'dropCollection', collection }));
  }

  setIndexOptions(collection: number, field: number, index: JsonObject): Promise<void> {
    return this.mutex.run(() => this.call<void>({ kind: 'setIndexOptions', collection, field, index }));
  }

  forgetRemovals(collection: number, seq: number): Promise<void> {
    return this.mutex.run(() => this.call<void>({ kind: 'forgetRemovals', collection, seq }));
  }

  setFullText(
    collection: number,
    settings: FullTextSettings,
    onProgress: (progress: FullTextProgress) => void,
  ): Promise<void> {
    return this.mutex.run(async () => {
      const total = await this.call<number>({ kind: 'beginFullText', collection, settings });
      for (let isWhole = false; !isWhole; ) {
        const step = await this.call<{ records: number; isWhole: boolean }>({ kind: 'fillFullText' });
        isWhole = step.isWhole;
        onProgress({ records: step.records, total });
      }
    });
  }

  optimizeFullText(collection: number): Promise<void> {
    return this.mutex.run(() => this.call<void>({ kind: 'optimizeFullText', collection }));
  }

  keepEmbeddings(embeddings: NewEmbeddings): Promise<void> {
    return this.mutex.run(() => this.call<void>({ kind: 'keepEmbeddings', embeddings }));
  }

  changeVectorSets(change: VectorSetChange): Promise<number> {
    const transfer = change.kind === 'put' ? [change.vectors.buffer] : [];
    const own = transfer.filter((buffer) => buffer instanceof ArrayBuffer);
    return this.mutex.run(() => this.call<number>({ kind: 'changeVectorSets', change }, own));
  }

  reclaim(): Promise<void> {
    return this.mutex.run(() => this.call<void>({ kind: 'reclaim' }));
  }

  /**
   * Sends slice after slice, at most two ahead of the thread; between them the event loop runs. Where one
   * fails, the thread has undone the batch and refuses what is still on its way: the first failure counts.
   */
  write(batch: WriteBatch): Promise<Written> {
    return this.mutex.run(async () => {
      const { collection, namespace, dropsNamespace } = batch;
      const head = { collection, namespace, ...(dropsNamespace && { dropsNamespace }) };
      let before = this.call<void>({ kind: 'begin', head });
      for (const slice of slicesOf(batch, SLICE_BYTES)) {
        const now = this.call<void>({ kind: 'append', slice }, transferable(slice));
        await before;
        before = now;
      }
      const written = this.call<Written>({ kind: 'commit' });
      await before;
      return written;
    });
  }

  /** Waits for what was asked for, empties the log and ends the thread. */
  close(): Promise<void> {
    return this.mutex.run(async () => {
      if (this.failure !== undefined) return;
      const ended = new Promise((resolve) => this.worker.once('exit', resolve));
      await this.call<void>({ kind: 'close' });
      this.failure = new VecinoError('DATABASE_CLOSED', 'the store is closed; open it again');
      this.worker.ref();
      await ended;
    });
  }

  private call<T>(call: WriterCall, transfer: readonly ArrayBuffer[] = []): Promise<T> {
    const id = this.nextId++;
    const reply = this.reply<T>(id);
    if (this.failure === undefined) this.worker.postMessage({ id, call } satisfies WriterRequest, transfer);
    else this.end();
    return reply;
  }

  /** Until the reply is there, the thread keeps the process alive; an idle one does not. */
  private reply<T>(id: number): Promise<T> {
    this.worker.ref();
    const reply = new Promise<T>((resolve, reject) => {
      this.pending.set(id, { resolve: (value) => resolve(value as T), reject });
    });
    // Where several calls are under way, only the first failure is waited for.
    reply.catch(() => undefined);
    return reply;
  }

  private settle(reply: Exclude<WriterReply, { kind: 'checkpointFailed' }>): void {
    const pending = this.pending.get(reply.id);
    this.pending.delete(reply.id);
    if (this.pending.size === 0) this.worker.unref();
    if (reply.kind === 'done') pending?.resolve(reply.value);
    else pending?.reject(uncarry(reply.error));
  }

  /** Refuses what is pending and what will still be asked. */
  private end(cause?: unknown): void {
    this.failure ??= new VecinoError(
      'STORE_IO',
      'the thread that writes the store has ended; close the database and open it again',
      { cause },
    );
    for (const { reject } of this.pending.values()) reject(this.failure);
    this.pending.clear();
  }
}

/** The slice's vectors are its own: they are given to the thread instead of being copied again. */
function transferable({ puts }: WriteBatch): ArrayBuffer[] {
  if (puts.slots.length === 0) return [];
  const vectors = [puts.vectors, ...(puts.named ?? []).map((named) => named.vectors)];
  return vectors.flatMap(({ buffer }) => (buffer instanceof ArrayBuffer ? [buffer] : []));
}
