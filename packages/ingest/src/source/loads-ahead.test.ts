import { describe, expect, it } from 'vitest';
import { LoadsAhead } from './loads-ahead.ts';
import type { Loaded, Source } from './source.ts';

const source = (name: string): Source => ({ name, size: 0, load: async () => undefined });
const SOURCES = Array.from({ length: 9 }, (_, i) => source(`${i}`));
const loaded = ({ name }: Source): Loaded => ({ bytes: Buffer.from(name), format: 'text', version: '' });

describe.each([1, 3, 20])('loading %i at once', (atOnce) => {
  it('keeps the order, begins no more than that, and fails where it is taken', async () => {
    const begun: string[] = [];
    const loads = new LoadsAhead(SOURCES, atOnce, async (one) => {
      begun.push(one.name);
      if (one.name === '4') throw new Error('gone');
      return loaded(one);
    });
    for (const [i, one] of SOURCES.entries()) {
      const taking = loads.take();
      expect(begun).toEqual(SOURCES.slice(0, i + atOnce).map(({ name }) => name));
      if (one.name === '4') await expect(taking).rejects.toThrow('gone');
      else expect(String((await taking)?.bytes)).toBe(one.name);
    }
    expect(await loads.take()).toBeUndefined();
  });
});
