import { describe, expect, it } from 'vitest';
import type { Data } from './data.ts';
import { exactAnswers } from './exact-answers.ts';

/** Rows 0 to 9 at the places 0 to 9 of a line, asked at 0 and at 9.2. */
const DATA: Data = lineOf(10, [0, 9.2]);

describe('exactAnswers', () => {
  it('counts a hit as right if it is no further away than the true last neighbour', () => {
    const [truth] = exactAnswers(DATA, 3, [() => true]);
    expect(
      truth?.judge([
        [0, 1, 2],
        [9, 8, 7],
      ]),
    ).toEqual({ recall: 1, wrongHits: 0, wrongCounts: 0 });
    expect(
      truth?.judge([
        [0, 1, 3],
        [9, 8, 0],
      ]),
    ).toEqual({ recall: 4 / 6, wrongHits: 0, wrongCounts: 0 });
  });

  it('has an answer of its own under each admission', () => {
    const [all, even] = exactAnswers(DATA, 2, [() => true, (_, row) => row % 2 === 0]);
    const found = [
      [0, 2],
      [8, 6],
    ];
    expect(even?.judge(found)).toEqual({ recall: 1, wrongHits: 0, wrongCounts: 0 });
    expect(all?.judge(found).recall).toBe(0.5);
  });

  it('counts what is not admitted, what comes twice, and answers that are too short or too long', () => {
    const [truth] = exactAnswers(DATA, 3, [(query, row) => (query === 0 ? row < 2 : row > 5)]);
    expect(
      truth?.judge([
        [0, 1],
        [9, 8, 7],
      ]),
    ).toEqual({ recall: 1, wrongHits: 0, wrongCounts: 0 });
    expect(
      truth?.judge([
        [0, 1, 5],
        [9, 9, 8],
      ]),
    ).toEqual({ recall: 4 / 5, wrongHits: 2, wrongCounts: 1 });
    expect(truth?.judge([[0], [9, 8]])).toEqual({ recall: 3 / 5, wrongHits: 0, wrongCounts: 2 });
  });

  it('admits ties whichever of them is answered', () => {
    const twins = lineOf(4, [1.5]);
    const [truth] = exactAnswers(twins, 1, [() => true]);
    expect(truth?.judge([[1]]).recall).toBe(1);
    expect(truth?.judge([[2]]).recall).toBe(1);
    expect(truth?.judge([[3]]).recall).toBe(0);
  });
});

function lineOf(rows: number, places: readonly number[]): Data {
  const base = Float32Array.from({ length: rows }, (_, row) => row);
  const asked = Float32Array.from(places);
  return {
    name: 'synthetic',
    metric: 'l2',
    dimension: 1,
    rows,
    queries: places.length,
    base,
    asked,
    comparedBase: base,
    comparedQueries: asked,
    texts: () => [],
  };
}
