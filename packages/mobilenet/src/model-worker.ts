import { parentPort, workerData } from 'node:worker_threads';
import { VecinoError } from 'vecino/errors';
import { decodePicture } from './decode.ts';
import { loadModel } from './model.ts';
import type { EmbedRequest, ModelAnswer, ModelRequest, ModelSettings } from './protocol.ts';

/**
 * A thread that holds the model. A picture is decoded by the decoder's own threads as soon as it comes, while the
 * model is at work on the one before.
 */
if (!parentPort) throw new Error('this file starts a worker thread; it is not to be imported');
const port = parentPort;
const settings = workerData as ModelSettings;
const embed = await loadModel(settings);

/** The model takes one picture at a time. */
let turn: Promise<unknown> = Promise.resolve();

let ending = false;

port.on('message', (request: ModelRequest) => {
  if ('call' in request) {
    answer(request);
    return;
  }
  ending = true;
  void turn.then(() => process.exit());
});

function answer({ call, image }: EmbedRequest): void {
  const decoded = decodePicture(image, settings.pixelsMax);
  const before = turn;
  const mine = (async (): Promise<ModelAnswer> => {
    try {
      const [pixels] = await Promise.all([decoded, before]);
      // Nobody waits for it any more.
      if (ending) return { call, vector: new Float32Array() };
      return { call, vector: await embed(pixels) };
    } catch (error) {
      if (!(error instanceof VecinoError)) throw error;
      return { call, refusal: { message: error.message, details: error.details } };
    }
  })();
  turn = Promise.allSettled([before, mine]);
  // What is thrown here nobody awaits, so that it ends the thread.
  void mine.then((answer) => port.postMessage(answer));
}
