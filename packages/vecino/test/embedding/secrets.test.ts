import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { openaiCompatible } from '../../src/embedding.ts';
import { open } from '../../src/index.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { type Behaviour, DIMENSION, json, right, serve } from './misbehaving-server.ts';

const KEY = 'tulip-under-glass';
const HEADER = 'rose-behind-hedge';

it('Keys are in no error, warning, description, figure or file, wherever a provider repeats them.', async () => {
  const echo: Behaviour = (response) => json(response, 500, { error: `bad ${KEY} and ${HEADER}` });
  const refuse: Behaviour = (response) => json(response, 401, `no ${KEY}, no ${HEADER}`);
  const server = await serve(right, echo, refuse, right, right);
  const embedding = openaiCompatible({
    url: `${server.url}?key=${HEADER}`,
    model: 'unheard-of',
    dimension: DIMENSION,
    apiKey: KEY,
    headers: { 'x-key': HEADER },
    retries: 0,
  });
  const folder = temporaryFolder();
  const shown: unknown[] = [embedding];
  await using db = await open(folder, { onWarning: (warning) => shown.push(warning) });
  const notes = await db.collection('notes', { embedding });
  await notes.add([{ id: 'a', document: 'one' }]);
  for (const call of [
    () => notes.add([{ document: 'two' }]),
    () => notes.search({ text: 'three' }),
    () => db.collection('notes', { embedding: { ...embedding, name: 'other' } }),
  ]) {
    shown.push(await call().catch((error: unknown) => error));
  }
  await notes.search({ text: 'four' });
  shown.push(await notes.describe(), await notes.stats(), await notes.get('a'), await db.listCollections());
  expect(shown.filter((one) => one instanceof Error)).toHaveLength(3);
  expect(server.seen).toHaveLength(4);
  expect(server.seen[0]?.headers.authorization).toContain(KEY);
  await db.close();
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  const stored = files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1'));
  expect(stored.join('')).toContain('unheard-of');
  const everything = [
    ...shown.map((one) => inspect(one, { depth: 9, showHidden: true }) + JSON.stringify(one)),
    ...stored,
  ];
  for (const text of everything) {
    expect(text.includes(KEY)).toBe(false);
    expect(text.includes(HEADER)).toBe(false);
  }
});
