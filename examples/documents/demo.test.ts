import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

it('answers from documents, and reads them once', { timeout: 120_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'vecino-documents-'));
  try {
    const docs = join(folder, 'docs');
    mkdirSync(docs);
    writeFileSync(
      join(docs, 'coast.md'),
      '# Coast\n\nThe sea comes twice a day.\n\n# Gulls\n\nThey eat what they find.',
    );
    const demo = fileURLToPath(new URL('demo.ts', import.meta.url));
    const run = () =>
      promisify(execFile)(process.execPath, [demo, join(folder, 'library'), 'How often are tides?', docs]);
    const first = await run();
    expect(first.stdout).toContain('sources read: 1, passages stored: 2');
    expect(first.stdout).toContain('[1] docs/coast.md Coast 0\n# Coast\n\nThe sea comes twice a day.');
    const second = await run();
    expect(second.stdout).toContain('sources read: 0, passages stored: 0');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
