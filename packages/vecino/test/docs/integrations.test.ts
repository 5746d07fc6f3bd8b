/** The first code of pages that use several of our entries runs as it stands there, on the built packages, and prints what the page says. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../temporary-folder.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));

it.each(['langchain', 'ai-sdk', 'measuring'])('docs/%s.md', { timeout: 60_000 }, (page) => {
  const text = readFileSync(join(root, `docs/${page}.md`), 'utf8');
  const [, code = '', said] = /^```ts\n(.*?)^```\n+^```text\n(.*?)^```/ms.exec(text) ?? [];
  const here = code.replaceAll("'./library'", JSON.stringify(join(temporaryFolder(), 'library')));
  const flags = ['--input-type=module-typescript', '--eval', here];
  expect(execFileSync(process.execPath, flags, { cwd: root, encoding: 'utf8' })).toBe(said);
});
