import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { VecinoError } from 'vecino/errors';
import type { ModelAnswer, ModelRequest } from './protocol.ts';

/** What the threads of a model are started from. */
export interface ModelOrigin {
  /** What messages call the model. */
  readonly model: string;
  /** The file that a thread runs. */
  readonly entry: URL;
  /** Given to it as `workerData`. */
  readonly settings: unknown;
}

/** The file `model-worker` beside a module, a source or compiled as the module is. */
export function modelWorkerBeside(moduleUrl: string): URL {
  return new URL(`./model-worker.${moduleUrl.endsWith('.ts') ? 'ts' : 'js'}`, moduleUrl);
}

interface PendingCall<Answer> {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: VecinoError) => void;
}

/**
 * A thread ends by itself, between two runs of the model: to end it in the middle of one is the end of the process where
 * native code runs. One that does not is ended after this time all the same.
 */
const ENDING_MS = 10_000;

/**
 * The calling thread's end of a thread that holds a model: starts it at the first call, keeps the process alive during
 * calls and only then, and fails the calls under way when the thread dies.
 */
export class ModelThread<Question, Answer> {
  readonly #origin: ModelOrigin;
  readonly #pending = new Map<number, PendingCall<Answer>>();
  #worker: Worker | undefined;
  #lastCall = 0;

  constructor(origin: ModelOrigin) {
    this.#origin = origin;
  }

  /** Calls that are under way. */
  get pending(): number {
    return this.#pending.size;
  }

  /** Throws `CANCELLED` when the signal is aborted, `EMBEDDING_FAILED` when the thread dies, and what it refuses with. */
  async ask(question: Question, signal?: AbortSignal): Promise<Answer> {
    if (signal?.aborted) throw this.#cancelled(signal);
    this.#worker ??= this.#start();
    const worker = this.#worker;
    const call = ++this.#lastCall;
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const onAbort = () => {
      say<Question>(worker, { cancel: call });
      reject(this.#cancelled(signal));
    };
    this.#pending.set(call, { resolve, reject });
    worker.ref();
    say<Question>(worker, { call, question });
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      return await promise;
    } finally {
      signal?.removeEventListener('abort', onAbort);
      this.#pending.delete(call);
      if (this.#pending.size === 0 && worker === this.#worker) worker.unref();
    }
  }

  /** Ends the thread, where there is one. */
  async close(): Promise<void> {
    const worker = this.#worker;
    if (!worker) return;
    this.#abandon(modelClosed(this.#origin.model));
    // Who waits for the end is not to be left by a process that has nothing else to do.
    worker.ref();
    const ended = once(worker, 'exit');
    say<Question>(worker, { end: true });
    const late = setTimeout(() => void worker.terminate(), ENDING_MS);
    await ended.finally(() => clearTimeout(late));
  }

  #start(): Worker {
    const { entry, model, settings } = this.#origin;
    // Without the process's own flags: some, such as `--input-type` of `node --eval`, stop a thread.
    const worker = new Worker(entry, { name: model, workerData: settings, execArgv: [] });
    worker.on('message', (answer: ModelAnswer<Answer>) => {
      const pending = this.#pending.get(answer.call);
      if ('answer' in answer) pending?.resolve(answer.answer);
      else pending?.reject(new VecinoError(answer.refusal.code, answer.refusal.message, answer.refusal));
    });
    worker.on('error', (error) => {
      if (worker === this.#worker) this.#abandon(this.#failed(describe(error), error));
    });
    worker.on('exit', (exitCode) => {
      if (worker === this.#worker) this.#abandon(this.#failed(`it ended with exit code ${exitCode}`));
    });
    return worker;
  }

  /** Fails the calls under way and forgets the thread, so that the next call starts another. */
  #abandon(error: VecinoError): void {
    this.#worker = undefined;
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }

  #failed(what: string, cause?: unknown): VecinoError {
    const message = `${this.#origin.model}: a thread of the model failed: ${what}; the next call starts it again`;
    return new VecinoError('EMBEDDING_FAILED', message, { cause });
  }

  #cancelled(signal: AbortSignal | undefined): VecinoError {
    const message = `${this.#origin.model}: making embeddings was cancelled by the signal that the caller gave`;
    return new VecinoError('CANCELLED', message, { cause: signal?.reason });
  }
}

export function modelClosed(model: string): VecinoError {
  return new VecinoError('CANCELLED', `${model}: the model was closed while it made embeddings`);
}

function say<Question>(worker: Worker, request: ModelRequest<Question>): void {
  worker.postMessage(request);
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
