import { describe, expect, it } from 'vitest';
import { type LinePlot, toSvg } from './line-plot.ts';

const PLOT: LinePlot = {
  title: 'a < b & c',
  note: 'made up',
  x: { label: 'records', scale: 'logarithmic' },
  y: { label: 'ms', scale: 'linear' },
  series: [
    {
      name: 'rising',
      points: [
        [10, 1],
        [100, 2],
        [1_000, 3],
      ],
    },
    {
      name: 'level',
      points: [
        [10, 2],
        [1_000, 2],
      ],
    },
  ],
  goal: { y: 2.5, name: 'goal' },
};

describe('toSvg', () => {
  it('places equal ratios at equal distances on a logarithmic axis, and larger values higher up', () => {
    const dots = [...toSvg(PLOT).matchAll(/<circle class="dot c0" cx="([\d.]+)" cy="([\d.]+)"/g)];
    const [first, second, third] = dots.map(([, x, y]) => [Number(x), Number(y)] as const);
    if (!first || !second || !third) throw new Error('three dots expected');
    expect(second[0] - first[0]).toBeCloseTo(third[0] - second[0], 0);
    expect(first[1]).toBeGreaterThan(second[1]);
    expect(second[1]).toBeGreaterThan(third[1]);
  });

  it('names every line and the goal, and escapes what would be markup', () => {
    const svg = toSvg(PLOT);
    for (const name of ['>rising<', '>level<', '>goal<', '>records<', '>ms<', 'a &lt; b &amp; c']) {
      expect(svg).toContain(name);
    }
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('draws a single point and equal values without a division by zero', () => {
    const single = {
      ...PLOT,
      series: [{ name: 'one', points: [[5, 5]] as const }],
      goal: { y: 5, name: 'g' },
    };
    expect(toSvg(single)).not.toMatch(/NaN|Infinity/);
  });
});
