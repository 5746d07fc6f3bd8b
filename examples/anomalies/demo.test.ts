import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

it('tells strangers from others far better than chance', { timeout: 240_000 }, async () => {
  const demo = [join(import.meta.dirname, 'demo.ts'), '0.25'];
  const { stdout } = await promisify(execFile)(process.execPath, demo);
  const areas = Array.from(
    stdout.matchAll(/^ {2}(ROC AUC|mean)\D*?(?:\ds )? +(\d\.\d+) +(\d\.\d+)$/gm),
    (match) => match.slice(2).map(Number),
  );
  // Three digits, their mean, and tools among animals; spam among mails where the package is installed.
  expect(areas).toHaveLength(stdout.includes('npm install') ? 5 : 6);
  for (const [factor = 0, distance = 0] of areas) expect(Math.max(factor, distance)).toBeGreaterThan(0.65);
  expect(areas[3]?.[0]).toBeGreaterThan(0.9);
  expect(stdout.match(/ for "/g)).toHaveLength(stdout.includes('npm install') ? 2 : 4);
});
