/**
 * Made the folder `blocks-3`: a collection and the snapshot of its index as they were written while the blocks of
 * snapshots had version 3, by the sources of that time. Kept so that it can be read how the folder came about; it is
 * not run again, because the folder must stay as that version wrote it.
 */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { open } from '../../src/index.ts';
import { FROZEN_OPTIONS, frozenRecords } from './frozen-records.ts';

const folder = fileURLToPath(new URL('./blocks-3', import.meta.url));
if (existsSync(folder)) throw new Error(`${folder} is there already, and frozen`);

const database = await open(folder);
const books = await database.createCollection('books', FROZEN_OPTIONS);
await books.add(frozenRecords());
await books.compact();
await database.close();

// What the next opening makes anew.
for (const name of ['lock.sqlite', 'store.sqlite-shm', 'store.sqlite-wal']) {
  rmSync(join(folder, name), { force: true });
}
