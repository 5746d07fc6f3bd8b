import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { VecinoError } from 'vecino/errors';
import type { ModelAnswer, ModelRequest, ModelSettings, SentImage } from './protocol.ts';

interface PendingCall {
  readonly resolve: (vector: Float32Array) => void;
  readonly reject: (error: VecinoError) => void;
}

/**
 * A thread ends by itself, between two runs of the model: to end it in the middle of one is the end of the process where
 * native code runs. One that does not is ended after this time all the same.
 */
const ENDING_MS = 10_000;

/**
 * The calling thread's end of a thread that holds the model: starts it at the first picture, keeps the process alive
 * while there are pictures and only then, and fails those under way when the thread dies.
 */
export class ModelThread {
  readonly #settings: ModelSettings;
  readonly #entry: URL;
  readonly #pending = new Map<number, PendingCall>();
  #worker: Worker | undefined;
  #lastCall = 0;

  /** @param entry the file that the thread runs; tests give one that dies */
  constructor(settings: ModelSettings, entry: URL = modelWorker()) {
    this.#settings = settings;
    this.#entry = entry;
  }

  /** Pictures that are under way. */
  get pending(): number {
    return this.#pending.size;
  }

  async embed(image: SentImage): Promise<Float32Array> {
    this.#worker ??= this.#start();
    const worker = this.#worker;
    const call = ++this.#lastCall;
    const { promise, resolve, reject } = Promise.withResolvers<Float32Array>();
    this.#pending.set(call, { resolve, reject });
    worker.ref();
    worker.postMessage({ call, image } satisfies ModelRequest);
    try {
      return await promise;
    } finally {
      this.#pending.delete(call);
      if (this.#pending.size === 0 && worker === this.#worker) worker.unref();
    }
  }

  /** Ends the thread, where there is one. */
  async close(): Promise<void> {
    const worker = this.#worker;
    if (!worker) return;
    this.#abandon(modelClosed());
    // Who waits for the end is not to be left by a process that has nothing else to do.
    worker.ref();
    const ended = once(worker, 'exit');
    worker.postMessage({ end: true } satisfies ModelRequest);
    const late = setTimeout(() => void worker.terminate(), ENDING_MS);
    await ended.finally(() => clearTimeout(late));
  }

  #start(): Worker {
    // Without the process's own flags: some, such as `--input-type` of `node --eval`, stop a thread.
    const worker = new Worker(this.#entry, { name: 'mobilenet', workerData: this.#settings, execArgv: [] });
    worker.on('message', (answer: ModelAnswer) => {
      const call = this.#pending.get(answer.call);
      if ('vector' in answer) call?.resolve(answer.vector);
      else call?.reject(new VecinoError('IMAGE_INVALID', answer.refusal.message, answer.refusal));
    });
    worker.on('error', (error) => {
      if (worker === this.#worker) this.#abandon(threadFailed(describe(error), error));
    });
    worker.on('exit', (exitCode) => {
      if (worker === this.#worker) this.#abandon(threadFailed(`it ended with exit code ${exitCode}`));
    });
    return worker;
  }

  /** Fails the calls under way and forgets the thread, so that the next call starts another. */
  #abandon(error: VecinoError): void {
    this.#worker = undefined;
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }
}

function modelWorker(): URL {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new URL(`./model-worker.${extension}`, import.meta.url);
}

export function modelClosed(): VecinoError {
  return new VecinoError('CANCELLED', 'mobilenet: the model was closed while it made embeddings');
}

function threadFailed(what: string, cause?: unknown): VecinoError {
  const message = `mobilenet: a thread of the model failed: ${what}; the next call starts it again`;
  return new VecinoError('EMBEDDING_FAILED', message, { cause });
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
