import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { runInPieces, runInTimedPieces } from './run-in-pieces.ts';

describe('work in pieces', () => {
  it('covers all items once, with as many tasks at a time as there are workers', async () => {
    const done: (readonly [from: number, to: number])[] = [];
    const busy = new Set<number | undefined>();
    let most = 0;
    await runInPieces(3, { items: 100, grain: 9, parallel: true }, async (from, to, worker) => {
      expect(busy.has(worker)).toBe(false);
      busy.add(worker);
      most = Math.max(most, busy.size);
      await nextTurn();
      busy.delete(worker);
      done.push([from, to]);
    });
    expect(most).toBe(3);
    const sorted = done.toSorted(([a], [b]) => a - b);
    expect(sorted).toHaveLength(12);
    for (const [i, [from, to]] of sorted.entries()) {
      expect(from).toBe(i * 9);
      expect(to).toBe(Math.min(100, (i + 1) * 9));
    }
  });

  it('keeps the order of what must not run at the same time', async () => {
    const starts: number[] = [];
    let running = 0;
    await runInPieces(4, { items: 30, grain: 7, parallel: false }, async (from, _, worker) => {
      expect([running, worker]).toEqual([0, undefined]);
      running += 1;
      await nextTurn();
      running -= 1;
      starts.push(from);
    });
    expect(starts).toEqual([0, 7, 14, 21, 28]);
  });

  it('begins no task after one has failed, and waits for those under way', async () => {
    let begun = 0;
    let ended = 0;
    const work = runInPieces(2, { items: 1_000, grain: 1, parallel: true }, async (from) => {
      begun += 1;
      await nextTurn();
      ended += 1;
      if (from === 10) throw new Error('the eleventh');
    });
    await expect(work).rejects.toThrow('the eleventh');
    expect(begun).toBeLessThan(15);
    expect(ended).toBe(begun);
  });

  it('has nothing to do without items', async () => {
    await runInPieces(2, { items: 0, grain: 5, parallel: true }, () => Promise.reject(new Error('a task')));
  });

  it('makes tasks longer while they are quick, and never skips an item', async () => {
    let next = 0;
    const sizes: number[] = [];
    await runInTimedPieces(1, 10_000, async (from, to) => {
      expect(from).toBe(next);
      next = to;
      sizes.push(to - from);
    });
    expect(next).toBe(10_000);
    expect(sizes[0]).toBe(64);
    expect(Math.max(...sizes)).toBeGreaterThan(64);
  });
});
