import { describe, expect, it } from 'vitest';
import type { Estimate, Forecast } from '../api/advice.ts';
import type { IndexOptions } from '../api/index-options.ts';
import { type Contender, choose, contendersOf, indexOf } from './choose.ts';

const sure = (value: number): Estimate => ({ value, low: value, high: value });

function contender(index: IndexOptions, qps: number, memoryBytes = 100, buildSeconds = 10): Contender {
  const forecast: Forecast = {
    records: 1_000,
    qps: sure(qps),
    p50Ms: sure(1),
    p99Ms: sure(2),
    buildSeconds: sure(buildSeconds),
    memoryBytes: sure(memoryBytes),
    diskBytes: sure(100),
    effort: sure(12.3),
  };
  const effort = index.family === 'flat' ? {} : ({ effortOption: 'efSearch' } as const);
  return { name: index.family, family: index.family, index, ...effort, samples: [], misses: [], forecast };
}

describe('the choice', () => {
  const graph = contender({ family: 'hnsw' }, 1_000);

  it('is the fastest', () => {
    const choice = choose(contendersOf([contender({ family: 'ivf' }, 800), graph]));
    expect(choice?.best).toBe(graph);
    expect(choice?.next?.name).toBe('ivf');
    expect(choice?.why).toBe('');
  });

  it('is exact where that is as fast', () => {
    const choice = choose(contendersOf([graph, contender({ family: 'flat' }, 960, 200)]));
    expect(choice?.best.family).toBe('flat');
    expect(choice?.why).toContain('exact');
  });

  it('is the smaller of equals, and then the one that is built sooner', () => {
    expect(choose([graph, contender({ family: 'ivf' }, 970, 70)])?.best.family).toBe('ivf');
    expect(choose([graph, contender({ family: 'ivf' }, 970, 99, 3)])?.best.family).toBe('ivf');
    expect(choose([graph, contender({ family: 'ivf' }, 970, 95, 8)])?.best.family).toBe('hnsw');
  });

  it('is none of those that miss something, or were never as exact as they must be', () => {
    const { forecast: _, ...never } = contender({ family: 'lsh' }, 9_000);
    expect(contendersOf([{ ...graph, misses: ['too large'] }, never])).toEqual([]);
    expect(choose([])).toBeUndefined();
  });

  it('tunes itself, and has the effort that was found until it has', () => {
    expect(indexOf(graph, 0.95)).toEqual({ family: 'hnsw', efSearch: 13, recall: 0.95 });
    expect(indexOf(contender({ family: 'flat' }, 1), 0.95)).toEqual({ family: 'flat' });
  });
});
