import { describe, expect, it } from 'vitest';
import { bestOfGrid } from './effort-grid.ts';
import type { Effort, Knob } from './knob.ts';

const KNOB: Knob = { name: 'nprobe', efforts: [1, 2, 4, 8, 16, 32, 64], refines: [1, 4, 16] };

/** Lists find what lies in them, refining what codes confuse; both cost time. */
const recallOf = async ({ effort, refine }: Effort) => (1 - 0.5 / effort) * (1 - 0.2 / refine ** 2);
const timed = async ({ effort, refine }: Effort) => ({ qpsOfCpu: 10_000 / (effort + refine) });

describe('bestOfGrid', () => {
  it('has the pairs that no other one beats, from below the one recall to above the other', async () => {
    const best = await bestOfGrid({ knob: KNOB, low: 0.9, high: 0.98, recallOf, timed });
    const recalls = best.map(({ recall }) => recall);
    expect(recalls).toEqual(recalls.toSorted((a, b) => a - b));
    expect(recalls[0]).toBeLessThan(0.9);
    expect(recalls.filter((recall) => recall >= 0.98)).toHaveLength(1);
    for (const { effort, refine } of best) {
      const [recall, { qpsOfCpu }] = [await recallOf({ effort, refine }), await timed({ effort, refine })];
      for (const other of KNOB.efforts.flatMap((e) => KNOB.refines.map((r) => ({ effort: e, refine: r })))) {
        const isBeaten = (await recallOf(other)) > recall && (await timed(other)).qpsOfCpu > qpsOfCpu;
        expect(isBeaten, JSON.stringify([effort, refine, other])).toBe(false);
      }
    }
  });

  it('asks no further where refining too few finds nothing more', async () => {
    const asked: number[] = [];
    await bestOfGrid({
      knob: { ...KNOB, refines: [1], efforts: Array.from({ length: 40 }, (_, i) => 2 ** i) },
      low: 0.9,
      high: 0.98,
      timed,
      recallOf(effort) {
        asked.push(effort.effort);
        return recallOf(effort);
      },
    });
    expect(asked.length).toBeLessThan(15);
  });
});
