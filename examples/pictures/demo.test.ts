import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

it('finds pictures like a picture, better than pixels do', { timeout: 120_000 }, async () => {
  const script = join(import.meta.dirname, 'demo.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [script, '30']);
  expect(stdout).toMatch(/^240 pictures, \d+ a second/);
  const shares = (title: string) => {
    const [, nearest, ten] = new RegExp(`${title} +([\\d.]+) +([\\d.]+)`).exec(stdout) ?? [];
    return { nearest: Number(nearest), ten: Number(ten) };
  };
  const [model, pixels] = [shares('480 numbers'), shares('grey pixels, 1,024')];
  expect(model.nearest).toBeGreaterThan(pixels.nearest + 0.05);
  expect(model.ten).toBeGreaterThan(pixels.ten + 0.05);
});
