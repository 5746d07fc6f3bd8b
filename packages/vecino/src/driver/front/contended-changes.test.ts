import { describe, expect, it } from 'vitest';
import { ContendedChanges, DISTURBED } from './contended-changes.ts';

describe('a change that others come between', () => {
  it('begins again until they do not', async () => {
    let attempts = 0;
    const change = async () => (++attempts < 20 ? DISTURBED : 'done');
    await expect(new ContendedChanges().run('update', 'changed it', change)).resolves.toBe('done');
    expect(attempts).toBe(20);
  });

  it('is given up where they never cease', async () => {
    let attempts = 0;
    const change = async () => {
      // Without this a change that is never given up would keep the test for ever.
      if (++attempts > 1_000) throw new Error('tried for ever');
      return DISTURBED;
    };
    await expect(new ContendedChanges().run('update "a"', 'changed it', change)).rejects.toMatchObject({
      code: 'REMOTE_FAILED',
      message: 'update "a": others have changed it 20 times meanwhile; try again, or change fewer at a time',
    });
    expect(attempts).toBe(20);
  });

  it('is tried again one at a time, so that a crowd changes the same', async () => {
    let version = 0;
    const increment = async () => {
      const seen = version;
      await Promise.resolve();
      if (version !== seen) return DISTURBED;
      version = seen + 1;
      return undefined;
    };
    const changes = new ContendedChanges();
    await Promise.all(Array.from({ length: 100 }, () => changes.run('count', 'counted', increment)));
    expect(version).toBe(100);
  });

  it('fails by its own error at once', async () => {
    const change = () => Promise.reject(new Error('gone'));
    await expect(new ContendedChanges().run('update', 'changed it', change)).rejects.toThrow('gone');
  });
});
