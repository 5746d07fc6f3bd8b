import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../base/random.ts';
import type { SegmentFound } from '../index/index-searcher.ts';
import type { IndexSearch } from '../index/live-index.ts';
import { RecallWatch } from './recall-watch.ts';

const EXACT_MS = 10;

function found(way: SegmentFound['way'], distances: readonly number[]): SegmentFound {
  return {
    way,
    distances: Float32Array.from(distances),
    distanceComputations: 100,
  } as unknown as SegmentFound;
}

function searchFor(k: number, more: Partial<IndexSearch> = {}): IndexSearch {
  return { query: new Float32Array(1), k, exact: false, ...more } as IndexSearch;
}

/** A collection in which exact answers are 1 … k, and take some milliseconds of a clock of the test's own. */
class Place {
  version = 1;
  records = 100;
  index: object = {};
  time = 0;
  asked = 0;
  /** Writes that come in between. */
  writes = 0;
  now = () => this.time;

  async search(searches: readonly IndexSearch[]): Promise<SegmentFound[]> {
    this.asked += 1;
    this.time += EXACT_MS;
    if (this.writes-- > 0) this.version += 1;
    return searches.map(({ k, exact }) => {
      const distances = Array.from({ length: k }, (_, i) => i + 1);
      return exact ? found('exact', distances) : found('graph', distances.with(k - 1, k + 1));
    });
  }
}

describe('the watch over recall', () => {
  it('estimates by number of hits, and counts what was answered exactly', async () => {
    const place = new Place();
    const watch = new RecallWatch(place, seededRandom(1), { share: 1, costMax: 1 });
    await watch.offer(searchFor(4), found('graph', [1, 2, 4, 9]));
    await watch.offer(searchFor(4), found('exact', [1, 2, 3, 4]));
    await watch.offer(searchFor(1), found('graph', [1]));
    // A tie is as good as the record that it equals.
    await watch.offer(searchFor(2), found('graph', [2, 2]));
    await watch.offer(searchFor(4, { exact: true }), found('exact', [1]));
    const { estimates, cost } = watch.report;
    expect(estimates.map(({ k, queries, recall }) => [k, queries, recall])).toEqual([
      [1, 1, 1],
      [2, 1, 1],
      [4, 2, 0.875],
    ]);
    for (const { low, recall, high } of estimates) {
      expect(low).toBeLessThan(recall);
      expect(high).toBeGreaterThanOrEqual(recall);
    }
    expect(cost).toEqual({ queries: 3, distanceComputations: 300, milliseconds: 30 });
  });

  it('measures a random share', async () => {
    const place = new Place();
    const watch = new RecallWatch(place, seededRandom(1), { share: 0.1, costMax: 1, queries: 10_000 });
    for (let i = 0; i < 2_000; i++) await watch.offer(searchFor(1), found('graph', [1]));
    expect(place.asked).toBeGreaterThan(150);
    expect(place.asked).toBeLessThan(250);
  });

  it('costs no more of a thread than it may', async () => {
    const place = new Place();
    const watch = new RecallWatch(place, seededRandom(1), { share: 1, costMax: 0.05 });
    for (let i = 0; i < 4_000; i++) {
      place.time += 1;
      await watch.offer(searchFor(1), found('graph', [1]));
    }
    // The first one is not waited for.
    const share = (watch.report.cost.milliseconds - EXACT_MS) / place.time;
    expect(share).toBeLessThanOrEqual(0.05);
    expect(share).toBeGreaterThan(0.04);
  });

  it('measures one query at a time, whatever fails', async () => {
    const place = new Place();
    const watch = new RecallWatch(place, seededRandom(1), { share: 1, costMax: 1 });
    const offered = [1, 2, 3].map((k) => watch.offer(searchFor(k), found('graph', [1])));
    await Promise.all(offered);
    expect(place.asked).toBe(1);
    place.search = () => Promise.reject(new Error('closed'));
    await watch.offer(searchFor(1), found('graph', [1]));
    expect(watch.report.estimates).toHaveLength(1);
  });

  it('asks for both answers anew where something was written in between, unless a filter would be outdated', async () => {
    const place = new Place();
    const watch = new RecallWatch(place, seededRandom(1), { share: 1, costMax: 1 });
    place.writes = 1;
    await watch.offer(searchFor(4), found('graph', [7, 8, 9, 10]));
    expect(watch.report.estimates).toMatchObject([{ k: 4, recall: 0.75 }]);
    place.writes = 9;
    await watch.offer(searchFor(5), found('graph', [1]));
    place.writes = 1;
    const allowed = {} as NonNullable<IndexSearch['allowed']>;
    await watch.offer(searchFor(6, { allowed }), found('graph', [1]));
    expect(watch.report.estimates).toHaveLength(1);
  });

  it('forgets with time, with changes, and with another index', async () => {
    const place = new Place();
    const watch = new RecallWatch(place, seededRandom(1), {
      share: 1,
      costMax: 1,
      queries: 20,
      maxAgeSeconds: 60,
    });
    const measure = () => watch.offer(searchFor(1), found('graph', [1]));
    for (let i = 0; i < 30; i++) await measure();
    expect(watch.report.estimates[0]?.queries).toBe(20);
    place.time += 61_000;
    expect(watch.report.estimates).toEqual([]);
    await measure();
    place.version += 31;
    expect(watch.report.estimates).toEqual([]);
    await measure();
    place.index = {};
    expect(watch.report.estimates).toEqual([]);
  });
});
