import { setImmediate } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import type { ModelAnswer, ModelRequest, Runtime } from '@vecino/local-model';
import type { Truncation } from 'vecino';
import { planBatches } from './batches.ts';
import { DIMENSION } from './dimension.ts';
import { loadSentenceEncoder } from './model.ts';
import type { EmbeddedTexts } from './protocol.ts';
import { loadTokenizer } from './tokenizer.ts';

/**
 * A thread that holds the model. It works on all calls in turn, a batch of each, so that the embedding of a question
 * waits for one batch, and not for the ten thousand documents that another call brought.
 */
interface Job {
  readonly ids: readonly (readonly number[])[];
  readonly cut: Truncation;
  /** What is left to do: positions in `ids`. */
  readonly batches: number[][];
  readonly vectors: Float32Array<ArrayBuffer>;
}

if (!parentPort) throw new Error('this file starts a worker thread; it is not to be imported');
const port = parentPort;
const tokenize = loadTokenizer();
const { runtime } = workerData as { readonly runtime: Runtime };
const embed = await loadSentenceEncoder(runtime);

const jobs = new Map<number, Job>();
let working = false;
let ending = false;

port.on('message', (request: ModelRequest<readonly string[]>) => {
  if ('end' in request) {
    ending = true;
    jobs.clear();
    if (!working) process.exit();
  } else if ('cancel' in request) {
    jobs.delete(request.cancel);
  } else {
    jobs.set(request.call, planJob(request.question));
    if (!working) void work();
  }
});

function planJob(texts: readonly string[]): Job {
  const tokenized = texts.map(tokenize);
  const ids = tokenized.map((text) => text.ids);
  const cuts = tokenized.map((text) => text.cut).filter((tokens) => tokens > 0);
  return {
    ids,
    cut: { texts: cuts.length, tokens: cuts.reduce((total, tokens) => total + tokens, 0) },
    batches: planBatches(ids.map((tokens) => tokens.length)),
    vectors: new Float32Array(texts.length * DIMENSION),
  };
}

async function work(): Promise<void> {
  working = true;
  while (jobs.size > 0) {
    for (const [call, job] of jobs) {
      await embedNextBatch(job);
      if (job.batches.length === 0) {
        jobs.delete(call);
        const { vectors, cut } = job;
        const answer = { call, answer: { vectors, cut } } satisfies ModelAnswer<EmbeddedTexts>;
        port.postMessage(answer, [vectors.buffer]);
      }
      // Lets messages in: other calls and cancellations.
      await setImmediate();
    }
  }
  working = false;
  if (ending) process.exit();
}

async function embedNextBatch({ ids, batches, vectors }: Job): Promise<void> {
  const batch = batches.pop() ?? [];
  const embedded = await embed(batch.map((position) => ids[position] ?? []));
  for (const [row, position] of batch.entries()) {
    vectors.set(embedded.subarray(row * DIMENSION, (row + 1) * DIMENSION), position * DIMENSION);
  }
}
