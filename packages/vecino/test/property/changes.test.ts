import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RecordChange } from '../../src/api/changes.ts';
import { open } from '../../src/index.ts';

const IDS = 12;

/** What a writer does next, and how many changes each consumer takes before the next. */
interface Step {
  readonly puts: readonly number[];
  readonly isNewVector: boolean;
  readonly removals: readonly number[];
  readonly taken: readonly [number, number];
  readonly isAway: boolean;
}

const ids = fc.uniqueArray(fc.nat(IDS - 1), { maxLength: 4 });
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    puts: ids,
    isNewVector: fc.boolean(),
    removals: ids,
    taken: fc.tuple(fc.nat(6), fc.nat(6)),
    isAway: fc.boolean(),
  }),
  { maxLength: 20 },
);

/** One who keeps a copy of the collection by its changes, and sometimes goes away and comes back. */
class Consumer {
  readonly copy = new Map<string, number>();
  private position = 0;
  private feed: AsyncIterableIterator<RecordChange> | undefined;
  private readonly feedFrom: (since: number) => AsyncIterableIterator<RecordChange>;

  constructor(feedFrom: (since: number) => AsyncIterableIterator<RecordChange>) {
    this.feedFrom = feedFrom;
  }

  async take(count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      this.feed ??= this.feedFrom(this.position);
      const { value: change, done } = await this.feed.next();
      if (done) {
        this.feed = undefined;
        return;
      }
      expect(change.seq, 'numbers rise').toBeGreaterThan(this.position);
      this.position = change.seq;
      if (change.kind === 'put') this.copy.set(change.id, change.seq);
      else this.copy.delete(change.id);
    }
  }

  async goAway(): Promise<void> {
    await this.feed?.return?.();
    this.feed = undefined;
  }
}

describe('the change feed', () => {
  it('gives every consumer the collection, whatever is written while it reads', async () => {
    await using database = await open(':memory:');
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        const shelf = await database.createCollection(`shelf-${runs++}`, { dimension: 2 });
        const consumers = [
          new Consumer((since) => shelf.changes({ since, include: [] })),
          new Consumer((since) => shelf.changes({ since })),
        ];
        const stored = new Map<string, number>();
        for (const [n, { puts, isNewVector, removals, taken, isAway }] of sequence.entries()) {
          const records = puts.map((id) => ({ id: `r${id}`, vector: [1, isNewVector ? n + 2 : 1] }));
          // Not awaited: consumers read while the batches are written.
          const written = (async () => {
            if (records.length > 0) await shelf.upsert(records);
            if (removals.length > 0) await shelf.remove(removals.map((id) => `r${id}`));
          })();
          for (const [i, consumer] of consumers.entries()) await consumer.take(taken[i] ?? 0);
          if (isAway) for (const consumer of consumers) await consumer.goAway();
          await written;
        }
        const { records } = await shelf.list({ include: [] });
        for (const { id, seq } of records) stored.set(id, seq);
        for (const consumer of consumers) {
          await consumer.goAway();
          await consumer.take(1_000);
          expect(consumer.copy).toEqual(stored);
        }
      }),
      { numRuns: 30 },
    );
  });
});
