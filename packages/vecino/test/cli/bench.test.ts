import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { seededRandom } from '../../src/base/random.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { COMMANDS_TIMEOUT_MS, vecino, vecinoJson } from './command-line.ts';

vi.setConfig({ testTimeout: COMMANDS_TIMEOUT_MS });

it('measures engines on a file, as rows and as a picture', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'few.jsonl');
  const random = seededRandom(1);
  const lines = Array.from({ length: 200 }, () => `{"vector":[${Array.from({ length: 4 }, random)}]}\n`);
  writeFileSync(file, lines.join(''));
  const picture = join(folder, 'few.svg');
  const flags = ['--peer', 'vecino-flat', '--peer', 'vecino-hnsw', '--recall', '0.9', '--repetitions', '1'];
  const answer = await vecinoJson('bench', file, ...flags, '--queries', '10', '--plot', picture);
  expect(answer).toMatchObject({
    dataset: { name: 'few', size: 190, dimension: 4, metric: 'cosine', queries: 10 },
    rows: [{ peer: 'vecino-hnsw', recallWanted: 0.9 }],
    absent: [],
  });
  expect(readFileSync(picture, 'utf8')).toMatch(/^<svg /);
});

it('says which engines there are', async () => {
  const { code, stderr } = await vecino(['bench', 'few.npy', '--peer', 'faiss']);
  expect(code).toBe(2);
  expect(stderr).toMatch(/names of vecino-flat, vecino-hnsw, .*not "faiss"/);
});
