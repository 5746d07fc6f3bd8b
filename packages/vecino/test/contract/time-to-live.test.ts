import { beforeEach, describe, expect, it } from 'vitest';
import type { Collection } from '../../src/api/collection.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import {
  DIMENSION,
  openDatabase,
  optionsOf,
  randomVectors,
  recordsOf,
  type Shelf,
  shelfOf,
  VARIANTS,
} from './collection-fixture.ts';

const START = Date.UTC(2030, 0, 1);
const HOUR = 3_600_000;

const QUERY = Float32Array.from({ length: DIMENSION }, (_, i) => i + 1);

describe.each(VARIANTS.filter(({ metric }) => metric === 'cosine'))(
  'records that expire: $family, $place',
  (variant) => {
    let now = START;
    const clock = () => now;
    let location: string;
    let shelf: Collection<Shelf>;

    beforeEach(async () => {
      now = START;
      location = variant.place === 'folder' ? temporaryFolder() : variant.place;
      const database = await openDatabase(variant, location, { clock });
      shelf = await database.collection<Shelf>('shelf', optionsOf(variant));
      // Those with an even ordinal expire, one an hour.
      const records = recordsOf(randomVectors(40, 7)).map((record, i) =>
        i % 2 === 0 ? { ...record, expiresAt: START + (i / 2 + 1) * HOUR } : record,
      );
      await shelf.add(records);
    });

    async function answered() {
      const hits = await shelf.search({ vector: QUERY, k: 1_000 });
      const exact = await shelf.search({ vector: QUERY, k: 1_000, exact: true, include: [] });
      const [many] = await shelf.searchMany([{ vector: QUERY, k: 1_000, filter: { ordinal: { $gte: 0 } } }]);
      const listed = await shelf.list({ limit: 1_000, orderBy: 'id' });
      const filtered = await shelf.list({ limit: 1_000, filter: { ordinal: { $gte: 0 } } });
      const ids = [hits, exact, many ?? [], listed.records, filtered.records].map((records) =>
        records.map(({ id }) => id).sort(),
      );
      for (const other of ids) expect(other).toEqual(ids[0]);
      const left = ids[0]?.length ?? 0;
      const counts = [await shelf.count(), await shelf.count({ ordinal: { $gte: 0 } })];
      expect([...counts, (await shelf.stats()).records, (await shelf.describe()).records]).toEqual(
        Array(4).fill(left),
      );
      return new Set(ids[0]);
    }

    it('are answered by nothing from that moment on, and removed', async () => {
      now = START + 3 * HOUR - 1;
      expect((await answered()).size).toBe(38);
      now += 1;
      const left = await answered();
      expect(left.size).toBe(37);
      expect(['r0', 'r2', 'r4'].some((id) => left.has(id))).toBe(false);
      expect(await shelf.get(['r0', 'r1', 'r4'])).toEqual([
        undefined,
        expect.objectContaining({ id: 'r1' }),
        undefined,
      ]);
      await expect(shelf.search({ id: 'r0' })).rejects.toMatchObject({ code: 'RECORD_NOT_FOUND' });
      await expect(shelf.update([{ id: 'r0', ttl: null }])).rejects.toMatchObject({
        code: 'RECORD_NOT_FOUND',
      });
      expect(await shelf.remove(['r0', 'r6'])).toBe(1);
      expect((await shelf.check()).problems).toEqual([]);

      const before = (await shelf.stats()).seq;
      await shelf.compact();
      expect((await shelf.stats()).seq).toBe(before + 3);
      expect((await answered()).size).toBe(36);
      expect((await shelf.check()).problems).toEqual([]);
    });

    it('leave their ids and slots to others', async () => {
      now = START + 100 * HOUR;
      const [fresh] = randomVectors(1, 8);
      const record = { vector: fresh as Float32Array, metadata: shelfOf(0) };
      await shelf.add([{ ...record, id: 'r0' }]);
      await shelf.upsert([{ ...record, id: 'r2', ttl: 60 }]);
      // The vector that it had: what expired must not be taken for what stays.
      await shelf.upsert(recordsOf(randomVectors(5, 7)).slice(4));
      expect((await answered()).size).toBe(23);
      await shelf.compact();
      await shelf.add(recordsOf(randomVectors(100, 9), 1_000));
      expect((await answered()).size).toBe(123);
      now += 61_000;
      expect((await answered()).has('r2')).toBe(false);
      expect((await shelf.check()).problems).toEqual([]);
    });

    it('tell when, and may be given more time or all of it', async () => {
      const include = ['expiresAt'] as const;
      expect(await shelf.get(['r0', 'r1'], include)).toEqual([
        { id: 'r0', seq: expect.any(Number), expiresAt: new Date(START + HOUR) },
        { id: 'r1', seq: expect.any(Number) },
      ]);
      await shelf.update([
        { id: 'r0', expiresAt: new Date(START + 50 * HOUR) },
        { id: 'r1', ttl: 3_600 },
        { id: 'r2', expiresAt: null },
        { id: 'r4', metadata: { half: false } },
      ]);
      await shelf.upsert(recordsOf(randomVectors(7, 7)).slice(6));
      now = START + 40 * HOUR;
      const left = await answered();
      // 20 without an expiry but r1, r0 for longer, r2 and r6 for good.
      expect(left.size).toBe(22);
      expect(['r0', 'r1', 'r2', 'r4', 'r6'].map((id) => left.has(id))).toEqual([
        true,
        false,
        true,
        false,
        true,
      ]);
      const hits = await shelf.search({ id: 'r2', k: 1_000, include });
      expect(hits.find(({ id }) => id === 'r0')?.expiresAt).toEqual(new Date(START + 50 * HOUR));
    });

    it('are gone for a reading process, and when the folder is opened again', async () => {
      if (variant.place !== 'folder') return;
      const reading = await openDatabase(variant, location, { readOnly: true, clock });
      const seen = await reading.openCollection<Shelf>('shelf');
      expect(await seen.search({ vector: QUERY, k: 1_000 })).toHaveLength(40);
      now = START + 5 * HOUR;
      expect(await seen.search({ vector: QUERY, k: 1_000, include: [] })).toHaveLength(35);
      expect(await seen.count()).toBe(35);
      await shelf.compact();
      await shelf.add(recordsOf(randomVectors(3, 3), 500));
      expect(await seen.search({ vector: QUERY, k: 1_000, include: [] })).toHaveLength(38);
      now = START + 6 * HOUR;
      await shelf.compact();
      expect(await seen.search({ vector: QUERY, k: 1_000, include: [] })).toHaveLength(37);
      expect((await seen.check()).problems).toEqual([]);
      now = START + 9 * HOUR;
      const again = await openDatabase(variant, location, { readOnly: true, clock });
      expect(await (await again.openCollection('shelf')).search({ vector: QUERY, k: 1_000 })).toHaveLength(
        34,
      );
    });
  },
);
