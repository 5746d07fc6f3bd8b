import { describe, expect, it } from 'vitest';
import { EF_SEARCH } from './knob.ts';
import { RecallCurve } from './recall-curve.ts';

/** Recall grows with effort and reaches `best` at `enough`. */
function curve(enough: number, best = 1) {
  const asked: number[] = [];
  const recalls = new RecallCurve(EF_SEARCH.efforts, async (effort) => {
    asked.push(effort);
    return best * Math.min(1, Math.sqrt(effort / enough));
  });
  return { asked, recalls };
}

describe('RecallCurve', () => {
  it('measures each effort once', async () => {
    const { recalls, asked } = curve(100);
    await recalls.effortsAround(0.9, 0.95);
    await recalls.effortsAround(0.95, 0.99);
    expect(asked).toHaveLength(new Set(asked).size);
  });

  it('takes the efforts around the recalls, one on each side', async () => {
    // .9 needs 81, .99 needs 98.
    expect(await curve(100).recalls.effortsAround(0.9, 0.99)).toEqual([80, 112]);
    expect(await curve(300).recalls.effortsAround(0.9, 0.99)).toEqual([224, 320]);
    expect(await curve(300).recalls.effortsAround(0.5, 0.9)).toEqual([56, 80, 112, 160, 224, 320]);
  });

  it('begins with the first effort where that is good enough, and ends with the last where none is', async () => {
    expect(await curve(5).recalls.effortsAround(0.9, 0.99)).toEqual([10]);
    expect(await curve(10_000).recalls.effortsAround(0, 0.99)).toEqual([...EF_SEARCH.efforts]);
  });

  it('gives up where efforts find nothing more', async () => {
    const { recalls, asked } = curve(10, 0.95);
    expect(await recalls.effortsAround(0.9, 0.99)).toEqual([10, 14, 20]);
    expect(asked).toEqual([10, 14, 20, 28]);
  });
});
