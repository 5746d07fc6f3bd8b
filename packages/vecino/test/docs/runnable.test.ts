/** The first code of these pages runs as it stands there, and prints what the page says. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../temporary-folder.ts';

const docs = new URL('../../../../docs/', import.meta.url);
const entry = new URL('../../src/index.ts', import.meta.url).href;
const migrateEntry = new URL('../../src/migrate.ts', import.meta.url).href;

it.each(['time-to-live', 'change-feed', 'changing-the-model', 'migration', 'named-vectors'])(
  'docs/%s.md',
  { timeout: 60_000 },
  (page) => {
    const text = readFileSync(fileURLToPath(new URL(`${page}.md`, docs)), 'utf8');
    const [, code = '', said] = /^```ts\n(.*?)^```\n+^```text\n(.*?)^```/ms.exec(text) ?? [];
    const folder = temporaryFolder();
    const program = join(folder, 'page.ts');
    const here = code
      .replaceAll("'./library'", JSON.stringify(join(folder, 'library')))
      .replaceAll("'./library#", `'${join(folder, 'library')}#`)
      .replaceAll("'vecino'", JSON.stringify(entry))
      .replaceAll("'vecino/migrate'", JSON.stringify(migrateEntry));
    writeFileSync(program, here);
    expect(execFileSync(process.execPath, [program], { encoding: 'utf8' })).toBe(said);
  },
);
