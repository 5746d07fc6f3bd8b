/**
 * A process that does everything that takes long with 20,000 vectors of 128 dimensions, measures how long its
 * event loop is held meanwhile, and prints what it has measured as JSON: `{ step: Hold }`.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Collection } from '../../src/api/collection.ts';
import { seededRandom } from '../../src/base/random.ts';
import { open } from '../../src/index.ts';
import { type Hold, holdDuring } from './event-loop.ts';

const RECORDS = 20_000;
const BATCH = 1_000;
const DIMENSION = 128;
const OPTIONS = { dimension: DIMENSION, index: { family: 'hnsw', efConstruction: 60 } } as const;

const [folder = ''] = process.argv.slice(2);
const random = seededRandom(1);
const vector = () => Float32Array.from({ length: DIMENSION }, () => random() * 2 - 1);
const batches = Array.from({ length: RECORDS / BATCH }, (_, batch) =>
  Array.from({ length: BATCH }, (__, i) => {
    const ordinal = batch * BATCH + i;
    return {
      id: `r${ordinal}`,
      vector: vector(),
      metadata: { ordinal, word: `word ${ordinal % 977}`, tags: [`t${ordinal % 7}`, `u${ordinal % 11}`] },
    };
  }),
);
const queries = Array.from({ length: 30 }, vector);
const held: Record<string, Hold> = {};

async function measure(step: string, task: () => Promise<unknown>): Promise<void> {
  held[step] = await holdDuring(task);
}

let database = await open(folder);
let collection: Collection = await database.collection('vectors', OPTIONS);
// Without what is only done once in the life of a process, such as compiling what is called for the first time.
await collection.add(batches[0] ?? []);
await collection.search({ vector: queries[0] ?? [] });
await collection.flush();

await measure('adding', async () => {
  for (const batch of batches.slice(1)) await collection.add(batch);
});
await measure('linking', () => collection.flush());
await measure('one exact search after another', async () => {
  for (const query of queries) await collection.search({ vector: query, exact: true, k: 100 });
});
await measure('many exact searches at once', () =>
  Promise.all(queries.map((query) => collection.search({ vector: query, exact: true, k: 100 }))),
);
await measure('many walks at once', () =>
  Promise.all(queries.map((query) => collection.search({ vector: query, k: 100, efSearch: 400 }))),
);
await measure('the first filter by a number', () => collection.count({ ordinal: { $gte: 100, $lt: 9_000 } }));
await measure('the first filter by a text', () => collection.count({ word: { $gt: 'word 5' } }));
await measure('the first filter by an array', () => collection.count({ tags: { $contains: 't3' } }));
await measure('filtered searches', async () => {
  for (const query of queries) {
    await collection.search({ vector: query, filter: { ordinal: { $lt: 15_000 }, word: { $ne: 'word 3' } } });
  }
});
await measure('counting by value beside a search', () =>
  collection.search({ vector: queries[0] ?? [], facets: ['ordinal', 'word', 'tags'] }),
);
await measure('clusters', () => collection.clusters({ k: 50, members: true }));
await measure('anomalies of a part', () => collection.anomalies({ filter: { ordinal: { $lt: 3_000 } } }));
await measure('near-duplicates of a part', () =>
  collection.duplicates({ minScore: 0.2, filter: { ordinal: { $lt: 3_000 } } }),
);
await measure('listing in the order of a path', () => collection.list({ orderBy: 'word', limit: 1_000 }));
await measure('getting many', () => collection.get(Array.from({ length: 5_000 }, (_, i) => `r${i}`)));
await measure('updating', async () => {
  const changes = Array.from({ length: 5_000 }, (_, i) => ({ id: `r${i}`, metadata: { word: 'changed' } }));
  await collection.update(changes);
});
await measure('removing by a filter', () => collection.remove({ filter: { ordinal: { $lt: 6_000 } } }));
await measure('compacting', () => collection.compact());
await measure('checking', () => collection.check());
await measure('closing', () => database.close());
await measure('opening with a snapshot', reopen);
await database.close();
rmSync(join(folder, 'index'), { recursive: true });
await measure('opening without a snapshot', reopen);
await database.close();
await measure('nothing, beside threads that are busy', besideBusyThreads);
process.stdout.write(JSON.stringify(held));

async function reopen(): Promise<void> {
  database = await open(folder, { onWarning: () => undefined });
  collection = await database.collection('vectors', OPTIONS);
}

/** As many threads as Vecino keeps busy, and an event loop that turns beside them. */
async function besideBusyThreads(): Promise<void> {
  const spin = 'for (const end = Date.now() + 2_000; Date.now() < end; );';
  const workers = [1, 2].map(() => new Worker(spin, { eval: true }));
  const ends = workers.map((worker) => new Promise((resolve) => worker.once('exit', resolve)));
  await nextTurn();
  await Promise.all(ends);
}
