import { beforeEach, describe, expect, it } from 'vitest';
import type { ChangesQuery, RecordChange } from '../../src/api/changes.ts';
import type { Collection } from '../../src/api/collection.ts';
import type { Database } from '../../src/api/database.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { openDatabase, optionsOf, randomVectors, recordsOf, type Shelf } from './collection-fixture.ts';

const START = Date.UTC(2030, 0, 1);

async function told(shelf: Collection<Shelf>, query?: ChangesQuery): Promise<RecordChange<Shelf>[]> {
  return Array.fromAsync(shelf.changes(query));
}

function named(changes: readonly RecordChange<Shelf>[]): string[] {
  return changes.map(({ kind, id }) => `${kind} ${id}`);
}

describe.each(['folder', ':memory:'] as const)('the change feed, %s', (place) => {
  const variant = { family: 'flat', metric: 'cosine', place } as const;
  let now = START;
  let location: string;
  let database: Database;
  let shelf: Collection<Shelf>;

  beforeEach(async () => {
    now = START;
    location = place === 'folder' ? temporaryFolder() : place;
    database = await openDatabase(variant, location, { clock: () => now, removalsKept: 5 });
    shelf = await database.collection<Shelf>('shelf', optionsOf(variant));
    await shelf.add(recordsOf(randomVectors(4, 1)));
  });

  it('tells the latest change of each record, in order, once', async () => {
    const first = await told(shelf);
    expect(named(first)).toEqual(['put r0', 'put r1', 'put r2', 'put r3']);
    expect(first[1]).toMatchObject({ document: 'text 1', metadata: { ordinal: 1 } });
    const since = first.at(-1)?.seq ?? 0;
    expect(await told(shelf, { since })).toEqual([]);

    await shelf.upsert(recordsOf(randomVectors(2, 2)));
    await shelf.remove(['r0', 'r3']);
    await shelf.update([{ id: 'r2', metadata: { half: false } }]);
    await shelf.update([{ id: 'r2', metadata: { half: true } }]);
    const next = await told(shelf, { since, include: [] });
    expect(named(next)).toEqual(['put r1', 'remove r0', 'remove r3', 'put r2']);
    expect(next[0]).toEqual({ kind: 'put', seq: expect.any(Number), id: 'r1' });
    const numbers = next.map(({ seq }) => seq);
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    expect(await told(shelf, { since: next[1]?.seq ?? 0, include: [] })).toEqual(next.slice(2));
    expect((await told(shelf, { since, include: ['vector'] }))[0]).toHaveProperty('vector');
  });

  it('tells more records than fit one page', async () => {
    await shelf.add(recordsOf(randomVectors(600, 3), 100));
    for (const include of [[], ['metadata']] as const) {
      const changes = await told(shelf, { include });
      expect(new Set(changes.map(({ id }) => id)).size).toBe(604);
      expect(changes).toHaveLength(604);
    }
  });

  it('tells expired records as removed when they are, and not as put', async () => {
    await shelf.update([{ id: 'r1', ttl: 1 }]);
    now += 1_000;
    expect(named(await told(shelf))).toEqual(['put r0', 'put r2', 'put r3']);
    const since = (await shelf.stats()).seq;
    await shelf.compact();
    expect(named(await told(shelf, { since }))).toEqual(['remove r1']);
  });

  it('waits for more, until its signal or the end of the database ends it', async () => {
    const ending = new AbortController();
    const feed = shelf.changes({ follow: true, signal: ending.signal });
    const seen: string[] = [];
    const waiting = (async () => {
      for await (const { id } of feed) {
        seen.push(id);
        if (id === 'r3') void shelf.add(recordsOf(randomVectors(1, 4), 10));
        if (id === 'r10') void shelf.remove('r0').then(() => ending.abort());
      }
    })();
    await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(seen.slice(0, 5)).toEqual(['r0', 'r1', 'r2', 'r3', 'r10']);

    const last = told(shelf, { follow: true, since: (await shelf.stats()).seq });
    const closed = expect(last).rejects.toMatchObject({ code: 'DATABASE_CLOSED' });
    await database.close();
    await closed;
  });

  it('may be left at any time and gone on with', async () => {
    const seen: string[] = [];
    let since = 0;
    for (let round = 0; round < 4; round++) {
      for await (const change of shelf.changes({ since, follow: true })) {
        seen.push(change.id);
        since = change.seq;
        break;
      }
    }
    expect(seen).toEqual(['r0', 'r1', 'r2', 'r3']);
  });

  it('finds what it tells', async () => {
    const feed = shelf.changes({ since: (await shelf.stats()).seq, follow: true });
    const [record] = recordsOf(randomVectors(1, 5), 50);
    const [told] = await Promise.all([feed.next(), shelf.add(record ? [record] : [])]);
    const hits = await shelf.search({ vector: record?.vector ?? [], k: 1 });
    expect(hits[0]?.id).toBe(told.value?.id);
    await feed.return?.();
  });

  it('says where removals are forgotten, and starts over', async () => {
    const since = (await shelf.stats()).seq;
    await shelf.add(recordsOf(randomVectors(8, 6), 20));
    await shelf.remove({ filter: { ordinal: { $gte: 23 } } });
    expect(named(await told(shelf, { since }))).toHaveLength(8);
    await shelf.remove('r0');
    await expect(told(shelf, { since })).rejects.toMatchObject({
      code: 'CHANGES_FORGOTTEN',
      message: expect.stringContaining('start over without `since`'),
    });
    expect(named(await told(shelf)).filter((change) => change.startsWith('put'))).toHaveLength(6);
  });

  it.each([
    [{ since: 1e9 }, 'CHANGES_FORGOTTEN'],
    [{ since: 1 }, undefined],
    [{ since: -1 }, 'OPTION_OUT_OF_RANGE'],
    [{ since: 0.5 }, 'OPTION_OUT_OF_RANGE'],
    [{ since: '5' }, 'OPTION_INVALID'],
    [{ from: 5 }, 'OPTION_UNKNOWN'],
    [{ follow: 'yes' }, 'OPTION_INVALID'],
    [{ include: ['text'] }, 'OPTION_INVALID'],
    [{ signal: {} }, 'OPTION_INVALID'],
    [{ signal: AbortSignal.abort() }, 'CANCELLED'],
  ])('answers %o', async (query, code) => {
    const asking = told(shelf, query as ChangesQuery);
    if (code) await expect(asking).rejects.toMatchObject({ code });
    else expect(await asking).toHaveLength(4);
  });

  it('does not mistake a collection for the one that had its name', async () => {
    const { seq } = await shelf.stats();
    await database.dropCollection('shelf');
    const again = await database.createCollection<Shelf>('shelf', optionsOf(variant));
    await again.add(recordsOf(randomVectors(1, 1)));
    await expect(told(again, { since: seq })).rejects.toMatchObject({ code: 'CHANGES_FORGOTTEN' });
    expect(await told(again)).toHaveLength(1);
  });

  it('is followed by a reading process', async () => {
    if (place !== 'folder') return;
    const reading = await openDatabase(variant, location, { readOnly: true });
    const seen = await reading.openCollection<Shelf>('shelf');
    const feed = seen.changes({ follow: true });
    const ids: string[] = [];
    for await (const { kind, id } of feed) {
      ids.push(`${kind} ${id}`);
      if (id === 'r3') await shelf.remove('r1');
      if (kind === 'remove') break;
    }
    expect(ids).toEqual(['put r0', 'put r1', 'put r2', 'put r3', 'remove r1']);
  });
});
