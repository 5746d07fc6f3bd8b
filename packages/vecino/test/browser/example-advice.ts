import type {
  Advice,
  AdviceConfiguration,
  AdviceSample,
  AdviceVerification,
  Estimate,
} from '../../src/api/advice.ts';
import type { IndexFamily, IndexOptions } from '../../src/api/index-options.ts';

/** Figures of nobody's data, with everything that a page may have to show. */
export function exampleAdvice(): Advice {
  const configurations = [
    configurationOf('ivf', { family: 'ivf' }, 11_000, 240e6),
    configurationOf('hnsw M=32', { family: 'hnsw', M: 32 }, 9_000, 310e6),
    configurationOf('hnsw', { family: 'hnsw' }, 8_000, 280e6),
    configurationOf('ivf sq8', { family: 'ivf', quantizer: 'sq8' }, 7_000, 250e6),
    configurationOf('pq', { family: 'pq' }, 1_900, 170e6),
    configurationOf('lsh', { family: 'lsh' }, 1_500, 330e6),
    configurationOf('flat', { family: 'flat' }, 900, 260e6),
    {
      name: 'lsh tables=12',
      family: 'lsh' as const,
      index: { family: 'lsh' as const, tables: 12 },
      samples: [],
      misses: ['it was not measured'],
      dropped: 'not built: the budget of 60 s did not last; give more budgetSeconds',
    },
  ];
  const [best, next] = configurations;
  if (!best?.forecast || !next?.forecast) throw new Error('an example has forecasts');
  return {
    subject: 'words <of> "a" & b',
    records: 341_479,
    fullRecords: 341_479,
    dimension: 100,
    metric: 'cosine',
    at: '2026-11-23T08:00:00.000Z',
    wanted: {
      recall: 0.95,
      k: 10,
      isFiltered: true,
      selectivity: 0.4,
      memoryBytes: 300e6,
      updatesPerSecond: 50,
      budgetSeconds: 60,
    },
    queries: { source: 'given', count: 300 },
    threads: 2,
    seconds: 57,
    data: {
      records: 40_000,
      intrinsicDimension: 26.5,
      hubness: 3.4,
      duplicates: 0.031,
      constantDimensions: 2,
      norms: { min: 0.04, median: 3.8, max: 9.1, spread: 0.23 },
      contrast: 0.71,
    },
    warnings: [
      { code: 'HUBS', message: 'a few records are among the neighbours of many (hubness 3.4)' },
      { code: 'CONSTANT_DIMENSIONS', message: '2 of 100 dimensions have one value in all records' },
    ],
    configurations,
    recommendation: {
      name: best.name,
      index: { family: 'ivf', nprobe: 41, recall: 0.95 },
      forecast: best.forecast,
      recall: { value: 0.957, low: 0.93, high: 0.974 },
      reason: 'ivf answers 11,000 searches a second at recall 0.95 (k 10) with 341,479 records.',
    },
    runnerUp: {
      name: next.name,
      index: { family: 'hnsw', M: 32, recall: 0.95 },
      forecast: next.forecast,
      recall: { value: 0.95, low: 0.92, high: 0.97 },
      reason: 'hnsw M=32 answers 9,000 searches a second, 82 % of ivf, in 129 % of its memory.',
    },
    wouldChange: [
      'With more than about 1,000,000 records hnsw M=32 is foretold to be faster.',
      'At recall 0.99 hnsw M=32 is the fastest: 6,000 searches a second among 40,000 records.',
    ],
  };
}

export const EXAMPLE_VERIFICATION: AdviceVerification = {
  name: 'ivf',
  records: 341_479,
  qps: { forecast: 11_000, measured: 10_200, ratio: 0.927 },
  p99Ms: { forecast: 0.31, measured: 0.34, ratio: 1.097 },
  memoryBytes: { forecast: 240e6, measured: 236e6, ratio: 0.983 },
  diskBytes: { forecast: 410e6, measured: 405e6, ratio: 0.988 },
  recall: { forecast: 0.957, measured: 0.951, low: 0.92, high: 0.97 },
};

function configurationOf(
  name: string,
  index: IndexOptions,
  qps: number,
  memoryBytes: number,
): AdviceConfiguration {
  const { family } = index;
  const samples = [5_000, 40_000].map((records) => sampleOf(family, records, qps, memoryBytes));
  return {
    name,
    family,
    index,
    ...(family !== 'flat' && { effortOption: 'efSearch' as const }),
    samples,
    forecast: {
      records: 341_479,
      qps: around(qps),
      p50Ms: around(900 / qps),
      p99Ms: around(3_000 / qps),
      buildSeconds: around(memoryBytes / 5e6),
      memoryBytes: around(memoryBytes),
      diskBytes: around(memoryBytes * 1.4),
      effort: around(40),
    },
    misses: memoryBytes > 300e6 ? ['it takes more memory than 300 MB'] : [],
  };
}

function sampleOf(family: IndexFamily, records: number, qps: number, memoryBytes: number): AdviceSample {
  const efforts = family === 'flat' ? [0] : [8, 16, 32, 64, 128, 256];
  const points = efforts.map((effort, i) => {
    const recall = family === 'flat' ? 1 : 1 - 0.45 / (1 + i) ** 2.4;
    const speed = (3 * qps) / (1 + i * 0.6);
    return {
      effort,
      recall,
      low: recall - 0.02,
      high: Math.min(1, recall + 0.01),
      qps: speed,
      p50Ms: 900 / speed,
      p99Ms: 3_000 / speed,
    };
  });
  const typical = 1_000 / qps;
  const shares = [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999];
  return {
    records,
    buildSeconds: records / 4_000,
    memoryBytes: (memoryBytes * records) / 341_479,
    diskBytes: memoryBytes / 9,
    points,
    atTarget: { effort: 40, qps: 1.4 * qps, p50Ms: 0.9 * typical, p99Ms: 3 * typical },
    latencies: shares.map((share) => ({ share, ms: typical * (0.5 + share + 0.02 / (1.001 - share)) })),
    updatesPerSecond: 1_200,
  };
}

function around(value: number): Estimate {
  return { value, low: value * 0.8, high: value * 1.25 };
}
