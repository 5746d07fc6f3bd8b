import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

it('finds by meaning, one of each sort, different ones, counted, reranked, paged', {
  timeout: 240_000,
}, async () => {
  const script = join(import.meta.dirname, 'demo.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [script, '200']);
  const answers = new Map(
    stdout.split('\n\n').map((part) => {
      const [title = '', ...hits] = part.split('\n');
      return [title, hits.filter((hit) => hit.startsWith('  '))] as const;
    }),
  );
  const hitsOf = (title: string) => answers.get(title) ?? expect.fail(`no answer: ${title}`);
  const text = 'something to keep the rain off';
  const nearest = hitsOf(`nearest: ${text}`);
  expect(nearest).toHaveLength(3);
  for (const hit of hitsOf('only plants: it stings when you touch it')) expect(hit).toContain('  plant  ');
  const sorts = hitsOf('the best of each sort: dangerous').map((hit) => hit.trim().split(/ +/)[1]);
  expect(sorts.toSorted()).toEqual(['animal', 'artifact', 'food', 'person', 'place', 'plant']);
  const alike = hitsOf('nearest: a small dog');
  const different = hitsOf('diversified: a small dog');
  expect(different[0]).toBe(alike[0]);
  expect(new Set(different).size).toBe(3);
  const page = hitsOf(`second page: ${text}`);
  expect(page).toHaveLength(3);
  expect(page.filter((hit) => nearest.includes(hit))).toEqual([]);
  const scores = hitsOf(`the shortest of the 20 nearest: ${text}`).map((hit) =>
    Number(hit.trim().split(' ')[0]),
  );
  expect(scores).toEqual(scores.toSorted((a, b) => b - a));
  const counts =
    /sorts: (.*)/
      .exec(stdout)?.[1]
      ?.split(', ')
      .map((count) => Number.parseInt(count, 10)) ?? [];
  const records = Number.parseInt(stdout, 10);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(records);
  expect(stdout).toMatch(/the nearest that is no artifact: .+, (?!artifact)/);
});
