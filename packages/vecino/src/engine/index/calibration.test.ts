import { describe, expect, it } from 'vitest';
import type { Calibration } from '../../api/collection-stats.ts';
import { effortFor, expectedRecall, levelled } from './calibration.ts';

const CALIBRATION: Calibration = {
  at: '2026-01-01T00:00:00.000Z',
  records: 10_000,
  queries: 400,
  curves: [
    { k: 1, points: [{ effort: 10, recall: 0.99 }] },
    {
      k: 10,
      points: [
        { effort: 10, recall: 0.8 },
        { effort: 20, recall: 0.9 },
        { effort: 40, recall: 0.98 },
        { effort: 80, recall: 0.998 },
      ],
    },
    {
      k: 100,
      points: [
        { effort: 100, recall: 0.9 },
        { effort: 200, recall: 0.98 },
      ],
    },
  ],
};

describe('a calibration', () => {
  it('answers efforts that grow with recall and with the number of hits', () => {
    const efforts = [0.5, 0.85, 0.9, 0.95, 0.99, 0.999].map((recall) =>
      effortFor(CALIBRATION, recall, 10, 1),
    );
    expect(efforts).toEqual([10, 15, 21, 29, 51, 80]);
    const wider = [1, 10, 30, 100, 1_000].map((k) => effortFor(CALIBRATION, 0.9, k, 1));
    expect(wider).toEqual([10, 21, 46, 105, 105]);
    expect(effortFor(CALIBRATION, 0.9, 10, 10), 'in tenths').toBe(21);
  });

  it('foretells the recall of an effort, a little more than was aimed at', () => {
    for (const recall of [0.85, 0.9, 0.95, 0.97]) {
      for (const k of [10, 30, 100]) {
        const effort = effortFor(CALIBRATION, recall, k, 1);
        const lowest = k === 100 ? 0.9 : 0.8;
        const expected = expectedRecall(CALIBRATION, effort, k);
        expect(expected).toBeGreaterThanOrEqual(Math.max(recall, lowest) - 0.001);
        expect(expected).toBeLessThanOrEqual(Math.max(recall, lowest) + 0.03);
      }
    }
    expect(expectedRecall(CALIBRATION, 10_000, 10)).toBeCloseTo(0.998, 3);
    expect(expectedRecall(CALIBRATION, 10, 10), 'the least effort').toBeCloseTo(0.8, 3);
    expect(expectedRecall(CALIBRATION, 9, 10), 'less than was measured').toBeNull();
  });

  it('takes what is missed for a power of the effort between two points', () => {
    const missed = (recall: number | null) => 1 - (recall ?? 0);
    // A quarter of .2 is missed with four times the effort, so a half with twice the effort.
    const curve = [
      { effort: 4, recall: 0.8 },
      { effort: 16, recall: 0.95 },
    ];
    const calibration = { ...CALIBRATION, curves: [1, 10, 100].map((k) => ({ k, points: curve })) };
    expect(missed(expectedRecall(calibration, 8, 10))).toBeCloseTo(0.1, 3);
  });

  it('levels measurements that contradict each other', () => {
    const points = [0.5, 0.7, 0.6, 0.65, 0.9].map((recall, i) => ({ effort: 10 * 2 ** i, recall }));
    expect(levelled(points).map(({ recall }) => Number(recall.toFixed(3)))).toEqual([
      0.5, 0.65, 0.65, 0.65, 0.9,
    ]);
  });
});
