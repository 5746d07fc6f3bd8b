import { describe, expect, it } from 'vitest';
import type { AdviceSample } from '../api/advice.ts';
import { CANDIDATES } from './candidates.ts';
import { forecast } from './forecast.ts';

const FIXED_SECONDS = 50e-6;

function sampleOf(records: number, searchSeconds: number): AdviceSample {
  const qps = 1 / searchSeconds;
  return {
    records,
    buildSeconds: records / 1_000,
    memoryBytes: 1e6 + 400 * records,
    diskBytes: 300 * records,
    points: [],
    latencies: [],
    atTarget: { effort: 20, qps, p50Ms: searchSeconds * 1e3, p99Ms: searchSeconds * 3e3 },
  };
}

const candidateOf = (family: string) => CANDIDATES.find((one) => one.family === family) ?? CANDIDATES[0];

function foretold(family: string, samples: readonly AdviceSample[], records: number) {
  const candidate = candidateOf(family);
  return (
    candidate &&
    forecast(
      { samples, candidate, fixed: { seconds: FIXED_SECONDS, memoryBytes: 1e6, vectorBytes: 400 } },
      records,
    )
  );
}

describe('a forecast', () => {
  it('goes on as the two sizes did, beyond what every search takes', () => {
    const secondsOf = (records: number) => FIXED_SECONDS + 1e-6 * records ** 0.5;
    const samples = [10_000, 40_000].map((records) => sampleOf(records, secondsOf(records)));
    const found = foretold('ivf', samples, 1_000_000);
    expect(1 / (found?.qps.value ?? 0)).toBeCloseTo(secondsOf(1_000_000), 6);
    expect(found?.memoryBytes.value).toBeCloseTo(1e6 + 400e6, -3);
  });

  it('is drawn towards what is expected of the family by as much as measurements are noisy', () => {
    // Twice as many records at the same speed: luck, for who compares with all.
    const near = foretold('flat', [sampleOf(10_000, 1e-3), sampleOf(20_000, 1e-3)], 1_000_000);
    const far = foretold('flat', [sampleOf(2_500, 1e-3), sampleOf(20_000, 1e-3)], 1_000_000);
    expect(near?.qps.value).toBeLessThan(far?.qps.value ?? 0);
    expect(far?.qps.value).toBeLessThan(1_000);
  });

  it('is the less certain the farther it looks, and the fewer sizes it knows', () => {
    const widthOf = (samples: readonly AdviceSample[], records: number) => {
      const { low = 1, high = 1 } = foretold('hnsw', samples, records)?.qps ?? {};
      return high / low;
    };
    const two = [sampleOf(10_000, 2e-4), sampleOf(40_000, 3e-4)];
    expect(widthOf(two, 400_000)).toBeGreaterThan(widthOf(two, 40_000));
    expect(widthOf(two.slice(1), 400_000)).toBeGreaterThan(widthOf(two, 400_000));
  });

  it('is none where the recall was not reached at the larger size', () => {
    const { atTarget, ...missed } = sampleOf(40_000, 1e-3);
    expect(atTarget).toBeDefined();
    expect(foretold('lsh', [sampleOf(10_000, 1e-3), missed], 100_000)).toBeUndefined();
  });
});
