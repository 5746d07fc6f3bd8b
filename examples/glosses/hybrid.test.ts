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
  it('find a term that meaning alone puts further down, and a meaning that no word has', async () => {
    const output = await run('hybrid.ts');
    const line = output.split('\n').find((text) => text.startsWith('Equus caballus')) ?? '';
    const [meaning = '', words = '', both = ''] = line
      .trim()
      .split(/\s{2,}/)
      .slice(1);
    expect(words).toBe('1');
    expect(both).toBe('1');
    expect(meaning).toMatch(/^(-|\d+)$/);
    expect(output).toMatch(/mean of 1 \/ place( +0\.\d\d| +1\.00){3}/);
  });

  it('give a language model numbered sources', async () => {
    const prompt = await run('rag.ts', 'Is Equus caballus a quadruped?');
    expect(prompt).toContain('[1] (02377103-n) horse, Equus caballus');
    expect(prompt.match(/^\[\d\] \(\d+-[a-z]\) \S/gm)).toHaveLength(5);
    expect(prompt.trimEnd().endsWith('Question: Is Equus caballus a quadruped?')).toBe(true);
  });
});
