import { describe, expect, it } from 'vitest';
import { squaredL2 } from '../distance.ts';
import { gaussian, seededRandom } from '../random.ts';
import type { Data } from './data.ts';
import { exactAnswers } from './exact-answers.ts';
import { FilterCourses } from './filter-courses.ts';

const ROWS = 1_000;
const data = drawData(ROWS, 20, 4);
const options = { k: 10, efSearch: 64, shares: [0.01, 0.5], landmarks: 5 };
const plan = new FilterCourses(data, options, 42);

describe('FilterCourses', () => {
  it('lets exactly the share of the records pass, by filter and by admission alike', () => {
    const metadata = Array.from({ length: ROWS }, (_, row) => plan.metadataOf(row));
    for (const { kind, share, queries, admits } of plan.courses) {
      for (const [query, { filter }] of queries.entries()) {
        const [[key, condition] = []] = Object.entries(filter ?? {});
        const below = (condition as { $lt: number } | undefined)?.$lt ?? Number.POSITIVE_INFINITY;
        const passing = metadata.map((values) => key === undefined || (values[key] ?? 0) < below);
        expect(passing.filter(Boolean), `${kind} ${share}`).toHaveLength(Math.round(share * ROWS));
        expect(passing).toEqual(passing.map((_, row) => admits(query, row)));
      }
    }
  });

  it('has matches near to the query in one kind and far from it in another', () => {
    const nearestOf = (kind: string) => {
      const course = plan.courses.find((found) => found.kind === kind && found.share === 0.5);
      if (!course) throw new Error(`no course ${kind}`);
      const [all, filtered] = exactAnswers(data, 10, [() => true, course.admits]);
      if (!all || !filtered) throw new Error('no answers');
      // How many of the ten nearest of all are also among the ten nearest matches.
      const answers = course.queries.map((_, query) => nearestRows(query).slice(0, 10));
      return filtered.judge(answers.map((rows, query) => rows.filter((row) => course.admits(query, row))))
        .recall;
    };
    expect(nearestOf('near')).toBeGreaterThan(0.8);
    expect(nearestOf('far')).toBeLessThan(0.4);
    expect(nearestOf('independent')).toBeGreaterThan(0.3);
    expect(nearestOf('independent')).toBeLessThan(0.7);
  });
});

function nearestRows(query: number): number[] {
  const { base, asked, dimension } = data;
  const distances = Array.from({ length: ROWS }, (_, row) => squaredL2(base, row, asked, query, dimension));
  return Array.from(distances.keys()).sort((a, b) => (distances[a] ?? 0) - (distances[b] ?? 0));
}

function drawData(rows: number, queries: number, dimension: number): Data {
  const normal = gaussian(seededRandom(1));
  const base = Float32Array.from({ length: rows * dimension }, normal);
  const asked = Float32Array.from({ length: queries * dimension }, normal);
  return {
    name: 'synthetic',
    metric: 'l2',
    dimension,
    rows,
    queries,
    base,
    asked,
    comparedBase: base,
    comparedQueries: asked,
    texts: () => [],
  };
}
