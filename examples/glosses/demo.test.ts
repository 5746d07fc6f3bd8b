import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { questions } from './questions.ts';

const folder = mkdtempSync(join(tmpdir(), 'vecino-glosses-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function demo(count: number): Promise<string> {
  const script = join(import.meta.dirname, 'demo.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [script, folder, String(count)]);
  return stdout;
}

describe('demo', { timeout: 120_000 }, () => {
  it('stores explanations and answers every question twice', async () => {
    const output = await demo(45);
    expect(output).toContain('Making embeddings of 45 of 45 explanations');
    expect(output).toContain('holds 45 explanations');
    for (const { text, filter } of questions) {
      const [, answer = ''] = output.split(`\n${text}\n`);
      const [all = '', filtered = ''] = (answer.split('\n\n')[0] ?? '').split(
        `only ${JSON.stringify(filter)}`,
      );
      expect(all.match(/0\.\d\d {2}/g), text).toHaveLength(3);
      expect(filtered.match(/0\.\d\d {2}/g)?.length, text).toBeGreaterThan(0);
    }
    expect(output).toContain(`npx vecino search ${folder} glosses`);
  });

  it('embeds only what is missing when it is started again', async () => {
    expect(await demo(60)).toContain('Making embeddings of 15 of 60 explanations');
  });

  it('goes straight to the questions when everything is there', async () => {
    const output = await demo(60);
    expect(output).not.toContain('Making embeddings');
    expect(output).toContain('holds 60 explanations');
  });
});
