import { describe, expect, it } from 'vitest';
import { VecinoError } from '../base/errors.ts';
import { Persistence } from './persistence.ts';

const lost = new VecinoError('REMOTE_UNREACHABLE', 'the connection was lost');

/** Fails so often, and then answers. */
function failing(times: number, error: unknown): () => Promise<string> {
  let left = times;
  return async () => {
    if (left-- > 0) throw error;
    return 'done';
  };
}

describe('Persistence', () => {
  it('tries again what may succeed later, waiting twice as long each time', async () => {
    const waits: number[] = [];
    const persistence = new Persistence(9, undefined, async (ms) => waits.push(ms));
    expect(await persistence.run(failing(9, lost))).toBe('done');
    expect(waits).toEqual([200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000]);
    expect(persistence.retried).toBe(9);
  });

  it('gives up after so many attempts', async () => {
    const persistence = new Persistence(2, undefined, async () => undefined);
    await expect(persistence.run(failing(3, lost))).rejects.toBe(lost);
    expect(persistence.retried).toBe(2);
  });

  it.each([new VecinoError('VECTOR_ZERO', 'no direction'), new Error('a bug')])(
    'throws at once what fails again: %s',
    async (error) => {
      const persistence = new Persistence(5, undefined, async () => expect.unreachable());
      await expect(persistence.run(failing(1, error))).rejects.toBe(error);
    },
  );

  it('ends by its signal, also while it waits', async () => {
    const controller = new AbortController();
    const persistence = new Persistence(5, controller.signal, async () => controller.abort());
    await expect(persistence.run(failing(5, lost))).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(persistence.retried).toBe(1);
  });
});
