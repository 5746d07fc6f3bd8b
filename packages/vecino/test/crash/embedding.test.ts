import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { open } from '../../src/index.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const PROGRAM = new URL('./embedding-writer.ts', import.meta.url).pathname;

it('A process that is killed while it embeds leaves the vectors that it has made, and no record.', async () => {
  const folder = temporaryFolder();
  const { signal, stderr } = spawnSync(process.execPath, [PROGRAM, folder], { encoding: 'utf8' });
  expect(signal, stderr).toBe('SIGKILL');
  await using database = await open(folder);
  const asked: string[] = [];
  const embedding = {
    ...{ name: 'slow', dimension: 1_024 },
    embed: async (texts: readonly string[]) => {
      asked.push(...texts);
      return texts.map(() => new Float32Array(1_024).fill(7));
    },
  };
  const words = await database.collection('words', { embedding });
  expect(await words.count()).toBe(0);
  const { kept } = (await words.stats()).embedding;
  expect(kept).toBeGreaterThanOrEqual(128);
  const texts = Array.from({ length: 600 }, (_, i) => ({ id: `${i}`, document: `text ${i}` }));
  await words.add(texts);
  expect(asked).toEqual(texts.slice(kept).map(({ document }) => document));
  expect((await words.get('3', ['vector']))?.vector?.[0]).toBe(4);
  expect((await words.check()).problems).toEqual([]);
});
