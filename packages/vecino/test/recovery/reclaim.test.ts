import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { open } from '../../src/index.ts';
import { temporaryFolder } from '../temporary-folder.ts';

it('compacting gives the space of removed records back, on disk and in the index', async () => {
  const folder = temporaryFolder();
  const database = join(folder, 'store.sqlite');
  // Ids of removed records, which the change feed would keep, are no part of this.
  await using db = await open(folder, { removalsKept: 0 });
  const collection = await db.collection('points', { dimension: 64, metric: 'l2' });
  await collection.compact();
  // A page for each table and index, whether anything is stored or not.
  const empty = statSync(database).size;
  const records = Array.from({ length: 4_000 }, (_, i) => ({
    id: `point-${i}`,
    vector: Array.from({ length: 64 }, (_, j) => Math.sin(i * 64 + j)),
    document: `point ${i} `.repeat(20),
  }));
  await collection.add(records);
  await collection.compact();
  const full = statSync(database).size - empty;
  const { slots } = (await collection.stats()).index;

  await collection.remove(records.slice(0, 3_600).map(({ id }) => id));
  await collection.compact();
  expect(statSync(database).size - empty).toBeLessThan(full * 0.15);
  expect((await collection.stats()).index).toMatchObject({ removed: 0, linked: 400 });

  // The places of the removed are used again.
  await collection.add(records.slice(0, 3_600));
  await collection.flush();
  expect((await collection.stats()).index.slots).toBe(slots);
  expect((await collection.check()).problems).toEqual([]);
});
