import { describe, expect, it } from 'vitest';
import { exampleReport } from './example-report.ts';
import { judgeFamilies } from './family-goals.ts';
import type { RatioRow, Report, StoreRow } from './report.ts';

const example = exampleReport();

/** The words of a promise that is found by some of its own. */
function judged(report: Partial<Report>, words: string): string {
  const none = { ratios: [], unreached: [], searches: [], curve: [], stores: [] };
  const goals = judgeFamilies({ ...example, ...none, ...report });
  return goals
    .filter(({ promise }) => promise.includes(words))
    .map(({ found, verdict }) => `${verdict}: ${found}`)
    .join('; ');
}

function ratio(ours: RatioRow['ours'], theirs: RatioRow['theirs'], times: number, recall = 0.95): RatioRow {
  return { recallWanted: recall, ours, theirs, byClock: times, byCpu: times };
}

function store(peer: StoreRow['peer'], figures: Partial<StoreRow>): StoreRow {
  const [any] = example.stores;
  if (!any) throw new Error('the example has stores');
  return { ...any, peer, ...figures };
}

describe('judgeFamilies', () => {
  it('holds the best of ours against the best of FAISS', () => {
    const ratios = [
      ratio('vecino-ivf', 'faiss-ivfpq', 1.7),
      ratio('vecino-ivf', 'faiss-ivfflat', 4),
      // Quicker than the slower one of theirs only.
      ratio('vecino-engine', 'faiss-ivfpq', 1.2),
      ratio('vecino-engine', 'faiss-ivfflat', 5),
    ];
    expect(judged({ ratios }, 'FAISS’s best at recall 0.95')).toBe(
      'kept: 1.70, by CPU 1.70 (vecino-ivf over faiss-ivfpq)',
    );
    expect(judged({ ratios: [ratio('vecino-ivf', 'faiss-ivfpq', 1.5)] }, 'FAISS’s best')).toContain('broken');
  });

  it('counts no collection as an engine, and a recall that none reaches as broken', () => {
    const ratios = [ratio('vecino', 'hnswlib', 9)];
    expect(judged({ ratios }, 'hnswlib at')).toBe('');
    const unreached = [{ peer: 'vecino-engine', recallWanted: 0.99, recallBest: 0.98 } as const];
    expect(judged({ ratios, unreached }, 'hnswlib at recall 0.99')).toContain('broken');
  });

  it('judges lists of vectors against FAISS’s at each recall', () => {
    const ratios = [0.9, 0.99].map((recall) =>
      ratio('vecino-ivf-raw', 'faiss-ivfflat', recall * 1.05, recall),
    );
    expect(judged({ ratios }, 'IVFFlat')).toBe('broken: 0.945, by CPU 0.945; kept: 1.04, by CPU 1.04');
  });

  it('judges what building lists costs and how much memory they take', () => {
    const stores = [
      store('vecino-ivf', { cpuSeconds: 3, byEngine: { vectorBytes: 640_000, indexBytes: 400_000 } }),
      store('faiss-ivfpq', { cpuSeconds: 1 }),
    ];
    expect(judged({ stores }, 'CPU time of faiss')).toBe('broken: 3.00');
    // 16 dimensions: 4 + 16 + 16 bytes.
    expect(judged({ stores }, 'bytes a vector')).toBe('broken: 40.0 of 36');
  });

  it('judges codes by their memory where they reach the recall', () => {
    const stores = [store('vecino-pq', { byEngine: { vectorBytes: 640_000, indexBytes: 70_000 } })];
    const [any] = example.searches;
    if (!any) throw new Error('the example has searches');
    const searches = [{ ...any, peer: 'vecino-pq', recallWanted: 0.9, recall: 0.91 } as const];
    expect(judged({ stores, searches }, 'vecino-pq')).toBe('kept: 0.109 at recall 0.910');
    const unreached = [{ peer: 'vecino-pq', recallWanted: 0.9, recallBest: 0.8 } as const];
    expect(judged({ stores, unreached }, 'vecino-pq')).toContain('broken');
  });

  it('judges hashes by the cheapest effort that finds enough', () => {
    const [any] = example.curve;
    if (!any) throw new Error('the example has a curve');
    const lsh = { ...any, peer: 'vecino-lsh' } as const;
    const curve = [
      { ...lsh, recall: 0.8, distances: 200 },
      { ...lsh, recall: 0.86, distances: 900 },
      { ...lsh, recall: 0.99, distances: 2_000 },
    ];
    expect(judged({ curve }, 'vecino-lsh')).toBe('kept: 9.00 % at recall 0.860');
    expect(judged({ curve: curve.slice(2) }, 'vecino-lsh')).toContain('broken: 20.0 %');
    expect(judged({ curve: curve.slice(0, 1) }, 'vecino-lsh')).toContain('not reached');
  });
});
