import { describe, expect, it } from 'vitest';
import { ModelThread } from './model-thread.ts';

const SETTINGS = { runtime: 'wasm', pixelsMax: 1_000 } as const;

/** A thread that answers each picture with the length of its path, unless that tells it to do something else. */
const OBEDIENT = entry(`
  import { parentPort } from 'node:worker_threads';
  parentPort.on('message', ({ end, call, image }) => {
    if (end) process.exit();
    if (image === 'wait') return;
    if (image === 'exit') process.exit(3);
    if (image === 'throw') throw new Error('out of memory');
    if (image === 'refuse') parentPort.postMessage({ call, refusal: { message: 'no picture', details: { image } } });
    else parentPort.postMessage({ call, vector: Float32Array.of(image.length) });
  });
`);

function entry(code: string): URL {
  return new URL(`data:text/javascript,${encodeURIComponent(code)}`);
}

describe('ModelThread', () => {
  it('fails every picture under way when the thread dies, and starts another for the next', async () => {
    const thread = new ModelThread(SETTINGS, OBEDIENT);
    for (const [order, message] of [
      ['exit', /exit code 3/],
      ['throw', /out of memory/],
    ] as const) {
      const waiting = thread.embed('wait');
      const dying = thread.embed(order);
      const failure = { code: 'EMBEDDING_FAILED', retryable: true, message: expect.stringMatching(message) };
      await expect(waiting).rejects.toMatchObject(failure);
      await expect(dying).rejects.toMatchObject(failure);
      expect(await thread.embed('ab')).toEqual(Float32Array.of(2));
    }
    await thread.close();
  });

  it('says what is wrong with a picture, and serves the others', async () => {
    const thread = new ModelThread(SETTINGS, OBEDIENT);
    const refused = expect(thread.embed('refuse')).rejects.toMatchObject({
      code: 'IMAGE_INVALID',
      message: 'no picture',
      details: { image: 'refuse' },
    });
    expect(await thread.embed('abc')).toEqual(Float32Array.of(3));
    await refused;
    await thread.close();
  });

  it('fails pictures when the thread cannot start, and those under way on close', async () => {
    const broken = new ModelThread(SETTINGS, entry('throw new Error("no model")'));
    await expect(broken.embed('a')).rejects.toMatchObject({
      code: 'EMBEDDING_FAILED',
      message: expect.stringContaining('no model'),
    });
    const thread = new ModelThread(SETTINGS, OBEDIENT);
    await thread.close();
    const waiting = expect(thread.embed('wait')).rejects.toMatchObject({ code: 'CANCELLED' });
    await thread.close();
    await waiting;
    expect(await thread.embed('a')).toEqual(Float32Array.of(1));
    await thread.close();
  });
});
