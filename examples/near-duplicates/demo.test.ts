import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

it('finds explanations that say nearly the same, and clusters with keywords', {
  timeout: 240_000,
}, async () => {
  const demo = [join(import.meta.dirname, 'demo.ts'), '300'];
  const { stdout } = await promisify(execFile)(process.execPath, demo);
  const pairs = Number(/^(\d+) pairs/.exec(stdout)?.[1]);
  expect(pairs).toBeGreaterThan(0);
  expect(pairs).toBeLessThan(300);
  const sizes = Array.from(stdout.matchAll(/^ {2}(\d+) records: \w+/gm), ([, size]) => Number(size));
  expect(sizes).toHaveLength(5);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(300);
});
