import { describe, expect, it } from 'vitest';
import { Mutex } from './mutex.ts';

/** A task that notes when it begins and ends, and ends when it is told to. */
function task(log: string[], name: string) {
  const gate = Promise.withResolvers<void>();
  const run = async () => {
    log.push(`${name} begins`);
    await gate.promise;
    log.push(`${name} ends`);
    return name;
  };
  return { run, end: gate.resolve, fail: gate.reject };
}

describe('Mutex', () => {
  it('runs one task after another, in the order of the calls', async () => {
    const mutex = new Mutex();
    const log: string[] = [];
    const [a, b] = [task(log, 'a'), task(log, 'b')];
    const both = Promise.all([mutex.run(a.run), mutex.run(b.run)]);
    b.end();
    a.end();
    expect(await both).toEqual(['a', 'b']);
    expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
  });

  it('goes on after a task that fails, which only its own caller hears of', async () => {
    const mutex = new Mutex();
    const failing = mutex.run(() => Promise.reject(new Error('no')));
    const urgent = mutex.runNext(() => {
      throw new Error('not either');
    });
    const next = mutex.run(() => 'yes');
    await expect(failing).rejects.toThrow('no');
    await expect(urgent).rejects.toThrow('not either');
    expect(await next).toBe('yes');
  });

  it('lets an urgent task in before all that are waiting, but not before the present one', async () => {
    const mutex = new Mutex();
    const log: string[] = [];
    const [a, b, first, second] = [task(log, 'a'), task(log, 'b'), task(log, 'first'), task(log, 'second')];
    const calls = [mutex.run(a.run), mutex.run(b.run)];
    await Promise.resolve();
    calls.push(mutex.runNext(first.run), mutex.runNext(second.run));
    for (const { end } of [second, first, b, a]) end();
    expect(await Promise.all(calls)).toEqual(['a', 'b', 'first', 'second']);
    expect(log.filter((line) => line.endsWith('begins'))).toEqual([
      'a begins',
      'first begins',
      'second begins',
      'b begins',
    ]);
  });

  it('runs an urgent task at once where nothing else is to do', async () => {
    expect(await new Mutex().runNext(() => 1)).toBe(1);
  });

  it('is idle when everything that was asked for before has ended', async () => {
    const mutex = new Mutex();
    const log: string[] = [];
    const a = task(log, 'a');
    void mutex.run(a.run);
    await Promise.resolve();
    const urgent = mutex.runNext(() => void log.push('urgent'));
    const idle = mutex.idle().then(() => void log.push('idle'));
    a.end();
    await Promise.all([idle, urgent]);
    expect(log).toEqual(['a begins', 'a ends', 'urgent', 'idle']);
  });
});
