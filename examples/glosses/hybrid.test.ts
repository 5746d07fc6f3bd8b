import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'vecino-hybrid-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(script: string, ...rest: readonly string[]): Promise<string> {
  const path = join(import.meta.dirname, script);
  const { stdout } = await promisify(execFile)(process.execPath, [path, folder, '90', ...rest]);
  return stdout;
}

describe('words and meanings together', { timeout: 120_000 }, () => {
  it('find more than either alone', async () => {
    const output = await run('hybrid.ts');
    const foundIn10 = (way: string) => Number(new RegExp(`^${way} +\\S+ +(\\S+)`, 'm').exec(output)?.[1]);
    expect(foundIn10('both')).toBeGreaterThan(0.5);
    expect(foundIn10('both')).toBeGreaterThanOrEqual(Math.min(foundIn10('meaning'), foundIn10('words')));
    expect(output).toMatch(/\d+ found by words only, \d+ of them by both/);
  });

  it('give a language model numbered sources', async () => {
    const prompt = await run('rag.ts', 'Is Equus caballus a quadruped?');
    expect(prompt).toContain('[1] (02377103-n) horse, Equus caballus');
    expect(prompt.match(/^\[\d\] \(\d+-[a-z]\) \S/gm)).toHaveLength(5);
    expect(prompt.trimEnd().endsWith('Question: Is Equus caballus a quadruped?')).toBe(true);
  });
});
