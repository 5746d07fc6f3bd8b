/** The child of the crash test: writes at random, says what it does, and waits to be killed. */
import { writeSync } from 'node:fs';
import type { Collection } from '../../src/api/collection.ts';
import { seededRandom } from '../../src/base/random.ts';
import { open } from '../../src/index.ts';
import {
  apply,
  documentOf,
  type Effect,
  INDEXES,
  type Library,
  type Line,
  metadataOf,
  openLibrary,
  recordOf,
} from './library.ts';

const [folder = '', seed = '1'] = process.argv.slice(2);
const random = seededRandom(Number(seed));
const library: Library = new Map();
let nextId = 0;

const db = await open(folder, { threads: 1 + Math.floor(random() * 2) });
const collection = await openLibrary(db);
let isReindexing = false;
await readLibrary(collection);
say({ say: 'opened', records: library.size });
for (;;) await writeSomething();

/** Synchronously, past all buffers: what was said is not lost when the process dies. */
function say(line: Line): void {
  writeSync(1, `${JSON.stringify(line)}\n`);
}

async function readLibrary(from: Collection<ReturnType<typeof metadataOf>>): Promise<void> {
  let cursor: string | undefined;
  do {
    const page = await from.list({ limit: 5_000, include: ['metadata'], ...(cursor && { cursor }) });
    for (const { id, metadata } of page.records) {
      if (metadata) library.set(id, { vector: metadata.vector, text: metadata.text });
      nextId = Math.max(nextId, Number(id.slice(1)) + 1);
    }
    cursor = page.cursor;
  } while (cursor);
}

async function writeSomething(): Promise<void> {
  if (!isReindexing && random() < 0.3) void reindex();
  const dice = random();
  if (library.size > 3_000 || (dice < 0.15 && library.size > 0)) return remove();
  if (dice < 0.5 || library.size < 10) return add();
  if (dice < 0.72) return upsert();
  if (dice < 0.92) return update();
  say({ say: 'compacting' });
  await collection.compact();
  say({ say: 'compacted' });
}

/** Beside the writes, so that they and the kills fall into every step of it. */
async function reindex(): Promise<void> {
  isReindexing = true;
  say({ say: 'reindexing' });
  await collection.reindex(INDEXES[Math.floor(random() * INDEXES.length)] ?? 'flat');
  say({ say: 'reindexed' });
  isReindexing = false;
}

async function told(effect: Effect, write: () => Promise<unknown>): Promise<void> {
  say({ say: 'begin', effect });
  await write();
  say({ say: 'done' });
  apply(library, effect);
}

/** Mostly small batches, some of hundreds. */
function batchSize(): number {
  return 1 + Math.floor(random() ** 3 * 500);
}

function someIds(count: number): string[] {
  const ids = [...library.keys()];
  const chosen = new Set<string>();
  for (let i = 0; i < count; i++) chosen.add(ids[Math.floor(random() * ids.length)] ?? '');
  return [...chosen];
}

async function add(): Promise<void> {
  const ids = Array.from({ length: batchSize() }, () => `r${nextId++}`);
  const effect: Effect = { puts: ids.map((id) => [id, 1, 1]), removes: [] };
  await told(effect, () => collection.add(ids.map((id) => recordOf(id, { vector: 1, text: 1 }))));
}

async function upsert(): Promise<void> {
  const ids = someIds(Math.min(200, batchSize()));
  const changed = ids.map((id) => {
    const { vector = 0, text = 0 } = library.get(id) ?? {};
    return { id, versions: { vector: random() < 0.7 ? vector + 1 : vector, text: text + 1 } };
  });
  const effect: Effect = {
    puts: changed.map(({ id, versions }) => [id, versions.vector, versions.text]),
    removes: [],
  };
  await told(effect, () => collection.upsert(changed.map(({ id, versions }) => recordOf(id, versions))));
}

async function update(): Promise<void> {
  const changes = someIds(Math.min(100, batchSize())).map((id) => {
    const { vector = 0, text = 0 } = library.get(id) ?? {};
    return { id, versions: { vector, text: text + 1 } };
  });
  const effect: Effect = {
    puts: changes.map(({ id, versions }) => [id, versions.vector, versions.text]),
    removes: [],
  };
  await told(effect, () =>
    collection.update(
      changes.map(({ id, versions }) => ({
        id,
        document: documentOf(id, versions.text),
        metadata: { text: versions.text },
      })),
    ),
  );
}

async function remove(): Promise<void> {
  if (random() < 0.2) {
    const shelf = Math.floor(random() * 7);
    const removes = [...library]
      .filter(([id, versions]) => metadataOf(id, versions).shelf === shelf)
      .map(([id]) => id);
    await told({ puts: [], removes }, () => collection.remove({ filter: { shelf } }));
    return;
  }
  const removes = someIds(batchSize());
  await told({ puts: [], removes }, () => collection.remove(removes));
}
