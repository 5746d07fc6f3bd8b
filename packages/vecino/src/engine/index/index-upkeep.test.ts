import { describe, expect, it } from 'vitest';
import { IndexUpkeep } from './index-upkeep.ts';
import type { Relayable } from './place.ts';

const turnOfEventLoop = () => new Promise((resolve) => setImmediate(resolve));

describe('IndexUpkeep', () => {
  it('lets the event loop run while something else is under way and no turn comes', async () => {
    const upkeep = new IndexUpkeep(
      {} as Relayable,
      () => [],
      () => {},
    );
    const { promise: other, resolve: end } = Promise.withResolvers<void>();
    const seen: string[] = [];
    const waiting = upkeep.turnOr(other).then(() => seen.push('resolved'));
    await turnOfEventLoop();
    expect(seen).toEqual([]);
    end();
    await waiting;
    expect(seen).toEqual(['resolved']);
  });

  it('tells the end of the next turn, even of one that fails', async () => {
    const upkeep = new IndexUpkeep(
      {} as Relayable,
      () => [],
      () => {},
    );
    const never = new Promise<void>(() => {});
    const waiting = upkeep.turnOr(never);
    await expect(upkeep.exclusive(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await waiting;
    const next = upkeep.turnOr(never);
    await upkeep.exclusive(async () => {});
    await expect(next).resolves.toBeUndefined();
  });
});
