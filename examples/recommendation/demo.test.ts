import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

it('recommends what is like the examples and not like the others', { timeout: 240_000 }, async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [join(import.meta.dirname, 'demo.ts')]);
  const kindsOf = (strategy: string) =>
    Array.from(
      new RegExp(`${strategy} +(.*)`).exec(stdout)?.[1]?.matchAll(/\d+ x ([^,\n]+)/g) ?? [],
      ([, kind]) => kind,
    );
  // The best score with any example stays with what was liked; the mean of different tastes may be near to none.
  expect(['ankle boot', 'dress', 'bag']).toEqual(expect.arrayContaining(kindsOf('bestScore')));
  expect(kindsOf('bestScore').length).toBeGreaterThan(1);
  expect(kindsOf('average').length).toBeGreaterThan(0);
  expect(stdout).not.toContain('x sandal');
  expect(stdout).toMatch(/like what Ada likes:\n +average +\d+ x dress$/m);
});
