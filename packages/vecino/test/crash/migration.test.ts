import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { open } from '../../src/index.ts';
import { migrate, planMigration } from '../../src/migrate.ts';
import { contentsOf, stock } from '../migrate/stocked.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const PROGRAM = new URL('./migration-process.ts', import.meta.url).pathname;

/** Where a life ends: at the nth write of it, before or after it is durable, or in a later stage. */
const DEATHS = [
  ['write', 1],
  ['written', 4],
  ['write', 6],
  ['written', 1],
  ['indexing', 0],
  ['verifying', 0],
] as const;

it('A migration that is killed again and again ends with everything, and begins nowhere anew.', {
  timeout: 60_000,
}, async () => {
  const folder = temporaryFolder();
  const [from, to] = [join(folder, 'from'), join(folder, 'to')];
  const options = { batch: 20, queries: 0, journal: `${to}.journal` };
  await using source = await open(from);
  const books = await source.createCollection('books', { dimension: 8 });
  await stock(books, 400);
  let resumed = 0;
  for (const [moment, count] of DEATHS) {
    const { signal, stderr } = spawnSync(process.execPath, [PROGRAM, from, to, moment, String(count)], {
      encoding: 'utf8',
    });
    expect(signal, `${moment} ${count}: ${stderr}`).toBe('SIGKILL');
    const { resumesAfter } = await planMigration(`${from}#books`, `${to}#books`, options);
    expect(resumesAfter).toBeGreaterThanOrEqual(resumed);
    resumed = resumesAfter;
    // What is written between two lives is followed.
    await books.upsert([{ id: `after ${moment} ${count}`, vector: new Float32Array(8).fill(1) }]);
    await books.remove([`r0000${count}`]);
  }
  expect(resumed).toBeGreaterThan(400);
  const { verification } = await migrate(`${from}#books`, `${to}#books`, options);
  expect(verification).toMatchObject({ equal: true });
  await using target = await open(to);
  expect(await contentsOf(target, 'books')).toEqual(await contentsOf(source, 'books'));
  expect((await (await target.openCollection('books')).check()).problems).toEqual([]);
});
