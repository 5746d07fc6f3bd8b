import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ExpiredRemoval } from './removal.ts';

/** Records by the time at which they expire, and what happens to them. */
class ImitatedStore {
  readonly expiries: number[] = [];
  readonly warnings: string[] = [];
  /** Sizes of the transactions. */
  readonly batches: number[] = [];
  isFull = false;

  now(): number {
    return Date.now();
  }

  due(until: number, limit: number) {
    const due = this.expiries.filter((at) => at <= until).sort((a, b) => a - b);
    return due.slice(0, limit).map((at, slot) => ({ slot, at, seq: 1 }));
  }

  nextExpiry(): number | undefined {
    return this.expiries.length === 0 ? undefined : Math.min(...this.expiries);
  }

  async remove(choose: () => Uint32Array): Promise<void> {
    if (this.isFull) throw new Error('disk full');
    const { length } = choose();
    if (length === 0) return;
    this.batches.push(length);
    this.expiries.sort((a, b) => a - b).splice(0, length);
  }

  warn(code: string): void {
    this.warnings.push(code);
  }
}

describe('ExpiredRemoval', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 1_000_000 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function begun(expiries: readonly number[] = []) {
    const store = new ImitatedStore();
    store.expiries.push(...expiries.map((after) => Date.now() + after));
    const removal = new ExpiredRemoval(store);
    removal.begin();
    return { store, removal };
  }

  it('sets no timer where nothing expires', () => {
    begun();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('removes a second after the earliest, with all that have expired by then, and plans for the next', async () => {
    const { store } = begun([500, 900, 5_000]);
    await vi.advanceTimersByTimeAsync(1_499);
    expect(store.batches).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(store.batches).toEqual([2]);
    await vi.advanceTimersByTimeAsync(4_500);
    expect(store.batches).toEqual([2, 1]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('takes in what is written to expire sooner, and waits for days in steps', async () => {
    const days = 3 * 86_400_000;
    const { store, removal } = begun([days]);
    store.expiries.push(Date.now() + 10_000);
    removal.plan(Date.now() + 10_000);
    await vi.advanceTimersByTimeAsync(11_000);
    expect(store.batches).toEqual([1]);
    await vi.advanceTimersByTimeAsync(days - 11_000);
    expect(store.batches).toEqual([1]);
    await vi.advanceTimersByTimeAsync(61_000);
    expect(store.batches).toEqual([1, 1]);
  });

  it('removes many in several transactions', async () => {
    const { store } = begun(Array.from({ length: 2_500 }, (_, i) => i / 10));
    await vi.advanceTimersByTimeAsync(1_500);
    expect(store.batches).toEqual([1_000, 1_000, 500]);
  });

  it('warns once where it fails, tries again every minute, and warns anew after it has worked', async () => {
    const { store } = begun([0, 200_000]);
    store.isFull = true;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(store.warnings).toEqual(['EXPIRED_NOT_REMOVED']);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(store.warnings).toHaveLength(1);
    store.isFull = false;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(store.batches).toEqual([1]);
    store.isFull = true;
    await vi.advanceTimersByTimeAsync(80_000);
    expect(store.warnings).toEqual(['EXPIRED_NOT_REMOVED', 'EXPIRED_NOT_REMOVED']);
  });

  it('does nothing and says nothing after its end, and goes on when it begins again', async () => {
    const { store, removal } = begun([500]);
    removal.end();
    removal.plan(Date.now());
    expect(vi.getTimerCount()).toBe(0);
    await vi.advanceTimersByTimeAsync(10_000);
    removal.begin();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(store.batches).toEqual([1]);
    expect(store.warnings).toEqual([]);
  });
});
