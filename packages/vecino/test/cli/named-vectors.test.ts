import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { temporaryFolder } from '../temporary-folder.ts';
import { COMMANDS_TIMEOUT_MS, vecino, vecinoJson } from './command-line.ts';

vi.setConfig({ testTimeout: COMMANDS_TIMEOUT_MS });

const VECTORS = '{"title":{"dimension":2},"image":{"dimension":3,"metric":"l2","index":"flat"}}';
const TALKS = [
  { id: 'a', document: 'tides', metadata: { n: 1 }, vectors: { title: [1, 0.1], image: [0, 0, 1] } },
  { id: 'b', metadata: { n: 2 }, vectors: { title: [0.1, 1] } },
  { id: 'c', metadata: { n: 3 }, vectors: { title: null, image: [0, 1, 0] } },
];

it('named vectors are imported, searched, told, exported and imported again', async () => {
  const folder = temporaryFolder();
  const [library, file] = [join(folder, 'library'), join(folder, 'talks.jsonl')];
  writeFileSync(file, TALKS.map((talk) => `${JSON.stringify(talk)}\n`).join(''));
  await vecinoJson('import', library, 'talks', file, '--vectors', VECTORS);

  const search = ['search', library, 'talks', '--include', ''];
  expect(await vecinoJson(...search, '--vector', '[0,0,2]', '--field', 'image')).toMatchObject({
    hits: [{ id: 'a', score: -1 }, { id: 'c' }],
  });
  expect(await vecinoJson(...search, '--id', 'a', '--field', 'title,image', '--explain')).toMatchObject({
    hits: [
      { id: 'b', scores: { fields: { title: expect.any(Number) } } },
      { id: 'c', scores: { fields: { image: expect.any(Number) } } },
    ],
    explain: { fields: { title: { records: 2 }, image: { records: 2 } } },
  });
  expect(await vecinoJson('get', library, 'talks', 'c', '--include', 'vectors')).toMatchObject({
    records: [{ id: 'c', vectors: { image: [0, 1, 0] } }],
  });
  expect(await vecinoJson('stats', library, 'talks')).toMatchObject({
    vectors: { title: { records: 2 }, image: { records: 2 } },
  });
  expect(await vecinoJson('reindex', library, 'talks', '--family', 'hnsw', '--field', 'image')).toMatchObject(
    {
      changed: true,
      vectors: { image: { serving: { options: { family: 'hnsw' } } } },
    },
  );
  expect(
    await vecinoJson('duplicates', library, 'talks', '--field', 'image', '--min-score', '-2'),
  ).toMatchObject({ pairs: [{ ids: ['a', 'c'] }] });
  expect((await vecino(['search', library, 'talks', '--vector', '[1,0]'])).stderr).toContain(
    'name one of title, image as field',
  );

  const exported = join(folder, 'exported.jsonl');
  await vecinoJson('export', library, 'talks', exported);
  expect(readFileSync(exported, 'utf8').split('\n')[2]).toBe(
    '{"id":"c","metadata":{"n":3},"vectors":{"image":[0,1,0]}}',
  );
  const [again, twice] = [join(folder, 'again'), join(folder, 'twice.jsonl')];
  await vecinoJson('import', again, 'talks', exported, '--vectors', VECTORS);
  // Into a collection that is there no one needs to say it.
  await vecinoJson('import', again, 'talks', exported, '--again');
  await vecinoJson('export', again, 'talks', twice);
  expect(readFileSync(twice, 'utf8')).toBe(readFileSync(exported, 'utf8'));
});
