import { describe, expect, it } from 'vitest';
import type { EmbeddedText, EmbedProgress, Truncation } from '../api/embedding.ts';
import { EmbedCourse } from './embed-course.ts';

describe('the course of a call', () => {
  it('tells of vectors as they come, of its progress and once of what was cut', () => {
    const told: EmbeddedText[] = [];
    const progress: EmbedProgress[] = [];
    const cuts: Truncation[] = [];
    let now = 0;
    const course = new EmbedCourse<number[]>(
      3,
      {
        onVectors: (vectors) => told.push(...vectors),
        onProgress: (step) => progress.push(step),
        onTruncated: (cut) => cuts.push(cut),
      },
      () => now,
    );
    now = 500;
    const first = { position: 2, vector: [2] };
    course.embedded([first]);
    course.truncated({ texts: 1, tokens: 7 });
    now = 1_000;
    const rest = [
      { position: 0, vector: [0] },
      { position: 1, vector: [1] },
    ];
    course.embedded(rest);
    course.truncated({ texts: 0, tokens: 0 });
    course.truncated({ texts: 1, tokens: 5 });
    expect(cuts).toEqual([]);
    expect(course.end()).toEqual([[0], [1], [2]]);
    expect(told).toEqual([first, ...rest]);
    expect(progress).toEqual([
      { texts: 1, total: 3, textsPerSecond: 2 },
      { texts: 3, total: 3, textsPerSecond: 3 },
    ]);
    expect(cuts).toEqual([{ texts: 2, tokens: 12 }]);
  });

  it('does not end before every text has its vector', () => {
    const course = new EmbedCourse<number[]>(2, {});
    course.embedded([{ position: 0, vector: [1] }]);
    expect(() => course.end()).toThrow(/every text has its vector/);
  });
});
