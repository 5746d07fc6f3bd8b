import { describe, expect, it } from 'vitest';
import { ModelThread } from './model-thread.ts';

const SETTINGS = { runtime: 'wasm' } as const;

/** A thread that answers each call with one number, the count of its texts, unless a text tells it to die. */
const OBEDIENT = entry(`
  import { parentPort } from 'node:worker_threads';
  parentPort.on('message', ({ end, call, texts }) => {
    if (end) process.exit();
    if (call === undefined || texts.includes('wait')) return;
    if (texts.includes('exit')) process.exit(3);
    if (texts.includes('throw')) throw new Error('out of memory');
    parentPort.postMessage({ call, vectors: Float32Array.of(texts.length) });
  });
`);

function entry(code: string): URL {
  return new URL(`data:text/javascript,${encodeURIComponent(code)}`);
}

describe('ModelThread', () => {
  it('fails every call under way when the thread dies, and starts another for the next', async () => {
    const thread = new ModelThread(SETTINGS, OBEDIENT);
    for (const [order, message] of [
      ['exit', /exit code 3/],
      ['throw', /out of memory/],
    ] as const) {
      const waiting = thread.embed(['wait']);
      const dying = thread.embed([order]);
      const failure = { code: 'EMBEDDING_FAILED', retryable: true, message: expect.stringMatching(message) };
      await expect(waiting).rejects.toMatchObject(failure);
      await expect(dying).rejects.toMatchObject(failure);
      expect(await thread.embed(['a', 'b'])).toMatchObject({ vectors: Float32Array.of(2) });
    }
    await thread.close();
  });

  it('fails the call when the thread cannot start', async () => {
    const thread = new ModelThread(SETTINGS, entry('throw new Error("no model")'));
    await expect(thread.embed(['a'])).rejects.toMatchObject({
      code: 'EMBEDDING_FAILED',
      message: expect.stringContaining('no model'),
      cause: expect.any(Error),
    });
  });

  it('fails calls under way on close, and starts anew for a later one', async () => {
    const thread = new ModelThread(SETTINGS, OBEDIENT);
    await thread.close();
    const waiting = expect(thread.embed(['wait'])).rejects.toMatchObject({ code: 'CANCELLED' });
    await thread.close();
    await waiting;
    expect(await thread.embed(['a'])).toMatchObject({ vectors: Float32Array.of(1) });
    await thread.close();
  });

  it('gives up a call whose signal is aborted, before and during it, and serves the others', async () => {
    const thread = new ModelThread(SETTINGS, OBEDIENT);
    const reason = new Error('enough');
    await expect(thread.embed(['a'], AbortSignal.abort(reason))).rejects.toMatchObject({
      code: 'CANCELLED',
      cause: reason,
    });
    const controller = new AbortController();
    const waiting = expect(thread.embed(['wait'], controller.signal)).rejects.toMatchObject({
      code: 'CANCELLED',
      cause: reason,
    });
    controller.abort(reason);
    await waiting;
    expect(await thread.embed(['a'])).toMatchObject({ vectors: Float32Array.of(1) });
    await thread.close();
  });
});
