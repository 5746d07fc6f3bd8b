import { describe, expect, it } from 'vitest';
import { endAtOnce, fail, introduce } from './example-steps.ts';
import { inFreshProcess } from './fresh-process.ts';

const STEPS = new URL('./example-steps.ts', import.meta.url);

describe('inFreshProcess', () => {
  it('does a step elsewhere, passes on its progress and answers its result', async () => {
    const heard: string[] = [];
    const { pid, doubled } = await inFreshProcess(STEPS, introduce, Float32Array.of(1, 2), (message) => {
      heard.push(message);
    });
    expect(pid).not.toBe(process.pid);
    expect(doubled).toEqual(Float32Array.of(2, 4));
    expect(heard).toEqual(['doubling 2 numbers']);
  });

  it('fails with the error of the step, and where the process dies', async () => {
    await expect(inFreshProcess(STEPS, fail, 'spilt milk', () => {})).rejects.toThrow('spilt milk');
    await expect(inFreshProcess(STEPS, endAtOnce, undefined, () => {})).rejects.toThrow(
      'the process of "endAtOnce" ended with code 3',
    );
  });
});
