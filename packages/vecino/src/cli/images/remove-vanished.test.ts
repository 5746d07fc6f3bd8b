import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../../../test/temporary-folder.ts';
import type { ImageEmbedding } from '../../api/image.ts';
import { open } from '../../index.ts';
import { findPictures } from './picture-files.ts';
import { removeVanished } from './remove-vanished.ts';
import { storePictures } from './store-pictures.ts';

const { signal } = new AbortController();

/** Takes everything for a picture. */
const MODEL: ImageEmbedding = {
  name: 'any',
  dimension: 2,
  embedImages: async (images) => images.map((image) => [1, String(image).length]),
};

it('removes what has vanished from the sources that are named, and nothing else', async () => {
  const folder = temporaryFolder();
  const [mine, other] = [join(folder, 'mine'), join(folder, 'other')];
  const pathOf = (name: string) => join(folder, name);
  for (const place of [mine, other]) mkdirSync(place);
  for (const name of ['mine/a.svg', 'mine/b.svg', 'mine/c.svg', 'other/d.svg', 'e.svg'])
    writeFileSync(pathOf(name), name);
  const database = await open(':memory:');
  onTestFinished(() => database.close());
  const photos = await database.createCollection('photos', { embedding: MODEL });
  const add = async (...sources: string[]) => {
    const found = await findPictures(sources);
    await storePictures(photos, found.files, { batchMax: 2, signal, onProgress: () => undefined });
    return removeVanished(photos, found, signal);
  };
  const ids = async () => (await photos.list({ include: [] })).records.map(({ id }) => id);

  await photos.add([
    { id: pathOf('mine/own.svg'), vector: [1, 1], metadata: { source: pathOf('mine/own.svg') } },
  ]);
  expect(await add(mine, other, pathOf('e.svg'))).toBe(0);
  const all = ['e.svg', 'mine/a.svg', 'mine/b.svg', 'mine/c.svg', 'mine/own.svg', 'other/d.svg'];
  expect((await ids()).sort()).toEqual(all.map(pathOf));

  // Of the other folder and the file nothing was said.
  rmSync(pathOf('mine/a.svg'));
  rmSync(pathOf('other/d.svg'));
  rmSync(pathOf('e.svg'));
  expect(await add(mine)).toBe(1);
  const left = ['e.svg', 'mine/b.svg', 'mine/c.svg', 'mine/own.svg', 'other/d.svg'];
  expect((await ids()).sort()).toEqual(left.map(pathOf));

  // A folder without pictures has none any more; one that is not there is refused.
  expect(await add(other)).toBe(1);
  rmSync(other, { recursive: true });
  await expect(add(other)).rejects.toMatchObject({ code: 'INPUT_UNREADABLE' });
  expect((await ids()).sort()).toEqual(['e.svg', 'mine/b.svg', 'mine/c.svg', 'mine/own.svg'].map(pathOf));
});
