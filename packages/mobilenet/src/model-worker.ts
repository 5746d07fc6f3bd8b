import { parentPort, workerData } from 'node:worker_threads';
import type { ModelAnswer, ModelRequest } from '@vecino/local-model';
import { VecinoError } from 'vecino/errors';
import { decodePicture } from './decode.ts';
import { loadPictureEncoder } from './model.ts';
import type { ModelSettings, SentImage } from './protocol.ts';

/**
 * A thread that holds the model. A picture is decoded by the decoder's own threads as soon as it comes, while the
 * model is at work on the one before.
 */
if (!parentPort) throw new Error('this file starts a worker thread; it is not to be imported');
const port = parentPort;
const settings = workerData as ModelSettings;
const embed = await loadPictureEncoder(settings.runtime);

/** The model takes one picture at a time. */
let turn: Promise<unknown> = Promise.resolve();

/** Calls whose answer nobody waits for any more. */
const unwanted = new Set<number>();
let ending = false;

port.on('message', (request: ModelRequest<SentImage>) => {
  if ('call' in request) {
    answer(request.call, request.question);
  } else if ('cancel' in request) {
    unwanted.add(request.cancel);
  } else {
    ending = true;
    void turn.then(() => process.exit());
  }
});

function answer(call: number, image: SentImage): void {
  const decoded = decodePicture(image, settings.pixelsMax);
  const before = turn;
  const mine = (async (): Promise<ModelAnswer<Float32Array>> => {
    try {
      const [pixels] = await Promise.all([decoded, before]);
      if (ending || unwanted.has(call)) return { call, answer: new Float32Array() };
      return { call, answer: await embed(pixels) };
    } catch (error) {
      if (!(error instanceof VecinoError)) throw error;
      return { call, refusal: { code: error.code, message: error.message, details: error.details } };
    } finally {
      unwanted.delete(call);
    }
  })();
  turn = Promise.allSettled([before, mine]);
  // What is thrown here nobody awaits, so that it ends the thread.
  void mine.then((answer) => port.postMessage(answer));
}
