import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { open } from '../../src/index.ts';
import { migrate } from '../../src/migrate.ts';
import { chroma } from '../drivers/chroma-engine.ts';
import { pinecone } from '../drivers/pinecone-engine.ts';
import { qdrant } from '../drivers/qdrant-engine.ts';
import { redis } from '../drivers/redis-engine.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { contentsOf, stock } from './stocked.ts';

const ENGINES = [redis, qdrant, chroma, pinecone];
const [missing, present] = [ENGINES.filter(({ absent }) => absent), ENGINES.filter(({ absent }) => !absent)];

for (const { name, absent } of missing) it.skip(`${name} as an end: ${absent}`, () => undefined);

describe.each(present)('$name as an end', (engine) => {
  it('is brought everything, and gives it back', { timeout: 60_000 }, async () => {
    const running = await engine.start();
    try {
      await using source = await open(':memory:');
      await using back = await open(':memory:');
      await using middle = await running.open('migrate');
      await stock(await source.createCollection('books', { dimension: 8 }), 60);
      const journal = (name: string) => ({ journal: join(temporaryFolder(), name), batch: 20, queries: 5 });
      const place = { database: middle, collection: 'moved' };
      const there = await migrate({ database: source, collection: 'books' }, place, journal('there'));
      expect(there.verification).toMatchObject({ equal: true });
      const again = await migrate(place, { database: back, collection: 'books' }, journal('back'));
      expect(again.verification).toMatchObject({ equal: true });
      // To the bit, where the engine keeps that; else it says so, and directions were compared.
      const isExact = middle.capabilities.weaker.exactVectors === undefined;
      expect(there.verification?.vectors).toBe(isExact ? 'f32' : 'direction');
      expect(there.losses).toHaveLength(isExact ? 0 : 1);
      if (!isExact) return;
      expect(again.verification?.source).toEqual(there.verification?.source);
      expect(await contentsOf(back, 'books')).toEqual(await contentsOf(source, 'books'));
    } finally {
      await running.stop();
    }
  });

  it('has one vector of several where it has no names for more', { timeout: 60_000 }, async () => {
    const running = await engine.start();
    try {
      await using source = await open(':memory:');
      await using middle = await running.open('names');
      const books = await source.createCollection('books', {
        vectors: { title: { dimension: 2 }, cover: { dimension: 3 } },
      });
      await books.add([{ id: 'a', vectors: { title: [1, 2], cover: [1, 2, 3] } }]);
      const [from, to] = [source, middle].map((database) => ({ database, collection: 'books' }));
      if (!from || !to) return;
      const options = { journal: join(temporaryFolder(), 'journal.json'), queries: 0 };
      if (middle.capabilities.unsupported.namedVectors === undefined) {
        expect((await migrate(from, to, options)).verification).toMatchObject({ equal: true });
        return;
      }
      const refused = migrate(from, to, options);
      await expect(refused).rejects.toMatchObject({
        code: 'UNSUPPORTED',
        details: { known: ['title', 'cover'] },
      });
      expect(await middle.listCollections()).toEqual([]);
      const { losses, verification } = await migrate(from, to, { ...options, field: 'cover' });
      expect(losses[0]).toMatchObject({ what: 'the vectors title' });
      expect(verification).toMatchObject({ equal: true });
    } finally {
      await running.stop();
    }
  });
});
