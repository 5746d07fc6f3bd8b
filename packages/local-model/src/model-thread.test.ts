import { describe, expect, it } from 'vitest';
import { ModelThread } from './model-thread.ts';

/** A thread that answers each question with its length, unless it is an order to do something else. */
const OBEDIENT = entry(`
  import { parentPort } from 'node:worker_threads';
  parentPort.on('message', ({ end, call, question }) => {
    if (end) process.exit();
    if (call === undefined || question === 'wait') return;
    if (question === 'exit') process.exit(3);
    if (question === 'throw') throw new Error('out of memory');
    if (question === 'refuse') {
      const refusal = { code: 'IMAGE_INVALID', message: 'no picture', details: { image: question } };
      parentPort.postMessage({ call, refusal });
    } else parentPort.postMessage({ call, answer: question.length });
  });
`);

function entry(code: string): URL {
  return new URL(`data:text/javascript,${encodeURIComponent(code)}`);
}

function threadOf(file: URL): ModelThread<string, number> {
  return new ModelThread({ model: 'parrot', entry: file, settings: {} });
}

describe('ModelThread', () => {
  it('fails every call under way when the thread dies, and starts another for the next', async () => {
    const thread = threadOf(OBEDIENT);
    for (const [order, message] of [
      ['exit', /^parrot: .*exit code 3/],
      ['throw', /^parrot: .*out of memory/],
    ] as const) {
      const waiting = thread.ask('wait');
      const dying = thread.ask(order);
      const failure = { code: 'EMBEDDING_FAILED', retryable: true, message: expect.stringMatching(message) };
      await expect(waiting).rejects.toMatchObject(failure);
      await expect(dying).rejects.toMatchObject(failure);
      expect(await thread.ask('ab')).toBe(2);
    }
    await thread.close();
  });

  it('fails the call when the thread cannot start', async () => {
    const thread = threadOf(entry('throw new Error("no model")'));
    await expect(thread.ask('a')).rejects.toMatchObject({
      code: 'EMBEDDING_FAILED',
      message: expect.stringContaining('no model'),
      cause: expect.any(Error),
    });
  });

  it('says what is refused, and serves the others', async () => {
    const thread = threadOf(OBEDIENT);
    const refused = expect(thread.ask('refuse')).rejects.toMatchObject({
      code: 'IMAGE_INVALID',
      message: 'no picture',
      details: { image: 'refuse' },
    });
    expect(await thread.ask('abc')).toBe(3);
    await refused;
    await thread.close();
  });

  it('fails calls under way on close, and starts anew for a later one', async () => {
    const thread = threadOf(OBEDIENT);
    await thread.close();
    const waiting = expect(thread.ask('wait')).rejects.toMatchObject({ code: 'CANCELLED' });
    await thread.close();
    await waiting;
    expect(await thread.ask('a')).toBe(1);
    await thread.close();
  });

  it('gives up a call whose signal is aborted, before and during it, and serves the others', async () => {
    const thread = threadOf(OBEDIENT);
    const reason = new Error('enough');
    await expect(thread.ask('a', AbortSignal.abort(reason))).rejects.toMatchObject({
      code: 'CANCELLED',
      cause: reason,
    });
    const controller = new AbortController();
    const waiting = expect(thread.ask('wait', controller.signal)).rejects.toMatchObject({
      code: 'CANCELLED',
      cause: reason,
    });
    controller.abort(reason);
    await waiting;
    expect(await thread.ask('a')).toBe(1);
    await thread.close();
  });
});
