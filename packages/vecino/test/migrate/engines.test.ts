import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { open } from '../../src/index.ts';
import { migrate } from '../../src/migrate.ts';
import { pinecone } from '../drivers/pinecone-engine.ts';
import { redis } from '../drivers/redis-engine.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { contentsOf, stock } from './stocked.ts';

const ENGINES = [redis, pinecone];
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
      expect(again.verification).toMatchObject({ equal: true, source: there.verification?.source });
      if (there.verification?.vectors === 'f32') {
        expect(await contentsOf(back, 'books')).toEqual(await contentsOf(source, 'books'));
      }
    } finally {
      await running.stop();
    }
  });
});
