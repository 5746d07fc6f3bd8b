import { describe, expect, it } from 'vitest';
import {
  EFFORTS,
  INDEXES,
  openDatabase,
  optionsOf,
  randomVectors,
  recordsOf,
  type Shelf,
  shelfOf,
  VARIANTS,
} from './collection-fixture.ts';

const families = VARIANTS.filter(({ metric, place }) => metric === 'l2' && place === ':memory:');
const RECORDS = 1_500;
const WRITES = 25;

/** What the index may be doing meanwhile, which these begin and nobody waits for. */
const WORK = ['building', 'compacting', 'reindexing', 'calibrating'] as const;

describe.each(families)('a search after a resolved write: $family', (variant) => {
  it.each(WORK)('sees it while the index is %s', { timeout: 60_000 }, async (work) => {
    const database = await openDatabase(variant);
    const shelf = await database.collection<Shelf>('shelf', optionsOf(variant));
    await shelf.add(recordsOf(randomVectors(RECORDS, 1)));
    if (work !== 'building') await shelf.flush();
    const vectors = randomVectors(WRITES, 2);
    let isOver = work === 'building' || work === 'calibrating';
    const other = variant.family === 'hnsw' ? INDEXES.ivf : INDEXES.hnsw;
    const working =
      work === 'compacting'
        ? shelf.remove({ filter: { tenth: 3 } }).then(() => shelf.compact())
        : work === 'reindexing'
          ? shelf.reindex(other)
          : Promise.resolve();
    void working.then(() => {
      isOver = true;
    });
    // Asked once, recall is calibrated in the background. Otherwise so much effort that a record which is linked already
    // is not missed; while another family takes over, no effort is right for both, so comparing with all is asked for.
    if (work === 'calibrating') await shelf.search({ vector: randomVectors(1, 3)[0] ?? [], recall: 0.95 });
    const target = work === 'reindexing' ? { exact: true } : EFFORTS[variant.family].most;
    for (let i = 0; i < WRITES || !isOver; i++) {
      const vector = vectors[i % WRITES] ?? new Float32Array();
      const id = `fresh${i % WRITES}`;
      // Every answer is right at once: nearest to its own vector, changed, and gone.
      await shelf.upsert([{ id, vector, metadata: shelfOf(i) }]);
      expect((await shelf.search({ vector, k: 1, ...target }))[0]).toMatchObject({ id });
      const moved = vectors[(i + 1) % WRITES] ?? new Float32Array();
      await shelf.update([{ id, vector: moved, metadata: { half: true } }]);
      const [found] = await shelf.search({ vector: moved, k: 1, filter: { half: true }, ...target });
      expect(found).toMatchObject({ id, metadata: { half: true } });
      await shelf.remove(id);
      const ids = (await shelf.search({ vector: moved, k: 5, ...target })).map((hit) => hit.id);
      expect(ids).not.toContain(id);
    }
    await working;
    expect((await shelf.check()).problems).toEqual([]);
  });
});
