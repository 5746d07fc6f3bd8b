/**
 * Made the folder `v1`: a store of schema version 1 and a snapshot container of version 1. Kept so that it can
 * be read how the folder came about; it is not run again, because the folder must stay as that version wrote it.
 */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openStore } from '../../src/storage/open-store.ts';
import { SnapshotWriter } from '../../src/storage/snapshot-file.ts';

const folder = fileURLToPath(new URL('./v1', import.meta.url));
if (existsSync(folder)) throw new Error(`${folder} is there already, and frozen`);

const store = await openStore(folder, { readOnly: false, create: true });
const { writer } = store;
if (writer === undefined) throw new Error('opened for reading');

const nothing = {
  slots: new Uint32Array(),
  ids: [],
  vectors: new Float32Array(),
  documents: [],
  metadata: [],
};
const plain = { metric: 'l2', embedding: null, index: { family: 'flat' } };
const dropped = await writer.createCollection({ ...plain, name: 'dropped', dimension: 1 });
const books = await writer.createCollection({
  name: 'books',
  dimension: 3,
  metric: 'cosine',
  embedding: { name: 'test/model', dimension: 3 },
  index: { family: 'hnsw', M: 16, efConstruction: 200, efSearch: 64, seed: 42 },
});
await writer.dropCollection(dropped.id);
const points = await writer.createCollection({ ...plain, name: 'points', dimension: 2 });

await writer.write({
  collection: books.id,
  removals: new Uint32Array(),
  puts: {
    slots: Uint32Array.of(0, 1, 2),
    ids: ['hp1', 'nul\0inside', 'größe \u{1F600}'],
    vectors: Float32Array.of(1, 0, 0, 0.5, -0.5, 0.25, 1e-45, 3.4028234663852886e38, -0),
    documents: ['A boy learns that he is a wizard.', 'before\0after', null],
    metadata: ['{"year":1997}', '{}', '{"tags":["a","b"],"author":{"name":"M"}}'],
  },
  patches: nothing,
});
await writer.write({ collection: books.id, removals: Uint32Array.of(0), puts: nothing, patches: nothing });
await writer.forgetRemovals(books.id, 7);
await writer.write({
  collection: books.id,
  removals: Uint32Array.of(1),
  puts: {
    slots: Uint32Array.of(4_294_967_294),
    ids: ['hp1'],
    vectors: Float32Array.of(0, 1, 0),
    documents: [''],
    metadata: ['{"year":1998}'],
  },
  patches: { slots: Uint32Array.of(2), documents: ['patched'], metadata: ['{"patched":true}'] },
});
await writer.write({
  collection: points.id,
  removals: new Uint32Array(),
  puts: {
    slots: Uint32Array.of(7),
    ids: ['p'],
    vectors: Float32Array.of(3, 4),
    documents: [null],
    metadata: ['{}'],
  },
  patches: nothing,
});

const snapshot = new SnapshotWriter(store.snapshotPath(books.id, 0) ?? '', {
  kind: 'test',
  seq: 10,
  größe: 1,
});
snapshot.chunk(Uint8Array.of(1, 2, 3, 255));
snapshot.chunk(new Uint8Array(0));
snapshot.chunk(Uint8Array.from({ length: 1_000 }, (_, i) => i & 255));
snapshot.finish();
await store.close();

// What the next opening makes anew.
for (const name of ['lock.sqlite', 'store.sqlite-shm', 'store.sqlite-wal']) rmSync(join(folder, name));
