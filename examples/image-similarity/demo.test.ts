import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

it('finds pictures that look alike', { timeout: 60_000 }, async () => {
  const script = join(import.meta.dirname, 'demo.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [script, '200']);
  const idsOf = (title: string) =>
    Array.from(
      new RegExp(`^${title}: (.*)$`, 'm').exec(stdout)?.[1]?.matchAll(/([\w-]+ \d+) \(/g) ?? [],
      ([, id]) => id,
    );
  expect(stdout).toContain('among 1999 pictures');
  const nearest = idsOf('nearest');
  expect(nearest).toHaveLength(5);
  for (const id of nearest) expect(id).toMatch(/^(boot|sandal|sneaker) /);
  for (const id of idsOf('nearest of what is no boot')) expect(id).not.toMatch(/^boot /);
  const different = idsOf('diversified');
  expect(different[0]).toBe(nearest[0]);
  expect(different).not.toEqual(nearest);
  expect(idsOf('boot').slice(0, 2)).toEqual(nearest.filter((id) => id?.startsWith('boot ')).slice(0, 2));
  const [, right = 0, asked = 0] = /same kind: (\d+) of (\d+)/.exec(stdout)?.map(Number) ?? [];
  expect(right / asked).toBeGreaterThan(0.65);
});
