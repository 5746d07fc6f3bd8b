import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Part } from '../../src/api/record.ts';
import { openStore } from '../../src/storage/open-store.ts';
import type { NewCollection, Store, StoredRow, StoreWriter, WriteBatch } from '../../src/storage/store.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { NaiveStore, REMOVALS_KEPT } from './naive-store.ts';

/** The latest expiry. */
const LATEST = 6;

/** Numbers are read modulo what there is to choose from at that moment. */
type Action =
  | { readonly kind: 'create'; readonly dimension: number }
  | { readonly kind: 'drop'; readonly which: number }
  | { readonly kind: 'forget'; readonly which: number; readonly until: number }
  | { readonly kind: 'reopen' }
  | {
      readonly kind: 'write';
      readonly which: number;
      readonly removals: readonly number[];
      readonly puts: readonly {
        readonly gap: number;
        readonly id: string;
        readonly document: string | null;
        readonly expiresAt: number | null;
      }[];
      readonly moves: readonly number[];
      readonly patches: readonly {
        readonly which: number;
        readonly document: string | null;
        readonly expiresAt: number | null;
      }[];
    };

// Texts with characters that have gone wrong somewhere: NUL, beyond the basic plane, none at all.
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.constantFrom('', 'a\0b', '\0', '\u{1F600}', '\uFFFF', '\uFEFFx', "'; --"),
);
const document = fc.option(text);
/** Few times, so that some records expire together. */
const expiresAt = fc.option(fc.integer({ min: -2, max: LATEST }));

const actions: fc.Arbitrary<Action[]> = fc.array(
  fc.oneof(
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('create' as const),
        dimension: fc.integer({ min: 1, max: 5 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('drop' as const), which: fc.nat() }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('forget' as const), which: fc.nat(), until: fc.nat() }),
    },
    { weight: 1, arbitrary: fc.constant({ kind: 'reopen' as const }) },
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('write' as const),
        which: fc.nat(),
        removals: fc.array(fc.nat(), { maxLength: 4 }),
        puts: fc.array(fc.record({ gap: fc.nat(3), id: text, document, expiresAt }), { maxLength: 6 }),
        moves: fc.array(fc.nat(), { maxLength: 2 }),
        patches: fc.array(fc.record({ which: fc.nat(), document, expiresAt }), { maxLength: 3 }),
      }),
    },
  ),
  { maxLength: 25 },
);

const PARTS: readonly Part[] = ['vector', 'document', 'metadata', 'expiresAt'];

/** The store under test and the naive one, side by side. */
class Pair {
  readonly naive = new NaiveStore();
  store: Store;
  private names = 0;

  constructor(store: Store) {
    this.store = store;
  }

  async apply(action: Action): Promise<void> {
    if (action.kind === 'create') {
      const collection = describedBy(`collection ${this.names++}`, action.dimension);
      const created = await this.writer.createCollection(collection);
      expect(created).toEqual(this.naive.createCollection(collection, created.identity));
      return;
    }
    if (action.kind === 'reopen') {
      if (this.store.location === ':memory:') return;
      await this.store.close();
      this.store = await opened(this.store.location);
      return;
    }
    const id = pick([...this.naive.collections.keys()], action.which);
    if (id === undefined) return;
    if (action.kind === 'drop') {
      await this.writer.dropCollection(id);
      this.naive.dropCollection(id);
    } else if (action.kind === 'forget') {
      const until = action.until % (this.naive.seq + 1);
      await this.writer.forgetRemovals(id, until);
      this.naive.forgetRemovals(id, until);
    } else {
      const batch = this.batchOf(id, action);
      expect(await this.writer.write(batch)).toEqual({ lastSeq: this.naive.write(batch) });
    }
  }

  compare(): void {
    const { reader } = this.store;
    const collections = [...this.naive.collections.values()].map(({ stored }) => stored);
    expect(reader.collections()).toEqual(collections.sort((a, b) => (a.name < b.name ? -1 : 1)));
    for (const { id } of collections) {
      const rows = this.naive.bySlot(id);
      const changes = this.naive.changes(id);
      expect(reader.count(id)).toBe(rows.length);
      expect([...reader.occupiedSlots(id, -1, 1_000).slots].sort((a, b) => a - b)).toEqual(
        rows.map(({ slot }) => slot),
      );
      expect(reader.removalsForgottenUntil(id)).toBe(this.naive.get(id).forgotten);
      expect(reader.changesSince(id, 0, 1_000)).toEqual(changes);
      const middle = changes[changes.length >> 1]?.seq ?? 0;
      expect(reader.changesSince(id, middle, 2)).toEqual(
        changes.filter(({ seq }) => seq > middle).slice(0, 2),
      );

      const slots = [...rows.map(({ slot }) => slot), 4_000_000_000];
      expect(reader.rows(id, slots, PARTS)).toEqual([...rows, undefined]);
      expect(reader.rows(id, slots, [])).toEqual([...rows.map(bare), undefined]);
      const ids = ['no such id', ...rows.map((row) => row.id)];
      expect(reader.slotsOf(id, ids)).toEqual([undefined, ...rows.map(({ slot }) => slot)]);
      expect(reader.rowsOfIds(id, ids, PARTS)).toEqual([undefined, ...rows]);
      expect(reader.rowsOfIds(id, ids, [])).toEqual([undefined, ...rows.map(bare)]);

      this.compareTimes(id);
      const from = slots[rows.length >> 1] ?? 0;
      const above = rows.filter(({ slot }) => slot >= from);
      expect(reader.scan(id, from, 3, PARTS)).toEqual(above.slice(0, 3));
      expect(pagesOf(this.store, id, 'id', false)).toEqual(this.naive.byId(id));
      expect(pagesOf(this.store, id, 'id', true)).toEqual(this.naive.byId(id).reverse());
      expect(pagesOf(this.store, id, 'seq', false)).toEqual(this.naive.bySeq(id));
      expect(pagesOf(this.store, id, 'seq', true)).toEqual(this.naive.bySeq(id).reverse());
    }
  }

  private compareTimes(id: number): void {
    const { reader } = this.store;
    expect(reader.removedForgottenUntil(id)).toBe(this.naive.get(id).removedForgotten);
    const expiries = this.naive
      .bySlot(id)
      .flatMap(({ slot, seq, expiresAt: at }) => (at === null ? [] : [{ slot, at, seq }]))
      .sort((a, b) => a.at - b.at || a.slot - b.slot);
    for (const now of [-3, 0, LATEST >> 1, LATEST]) {
      const ids = this.naive.bySlot(id).map((row) => row.id);
      const rows = this.naive.unexpired(id, now);
      expect(reader.count(id, now)).toBe(rows.length);
      const found = new Map(rows.map((row) => [row.id, row]));
      expect(reader.rowsOfIds(id, ids, PARTS, now)).toEqual(ids.map((one) => found.get(one)));
      const page = reader.page(id, { orderBy: 'seq', descending: false, limit: 100, parts: [], now });
      expect(page.map(({ slot }) => slot)).toEqual(
        rows.sort((a, b) => a.seq - b.seq).map(({ slot }) => slot),
      );
      const changes = this.naive.recordChanges(id, now);
      const range = { after: 0, until: this.naive.seq, limit: 1_000, now };
      expect(reader.recordChanges(id, range)).toEqual(changes);
      const middle = changes[changes.length >> 1]?.seq ?? 0;
      expect(reader.recordChanges(id, { ...range, after: middle, until: middle + 2, limit: 1 })).toEqual(
        changes.filter(({ seq }) => seq > middle && seq <= middle + 2).slice(0, 1),
      );
      const due = expiries.filter(({ at }) => at <= now);
      const first = { slot: 0, at: -10 };
      expect(reader.expiring(id, { after: first, until: now, limit: 100 })).toEqual(due);
      const after = due[due.length >> 1] ?? first;
      expect(reader.expiring(id, { after, until: now, limit: 2 })).toEqual(
        due.slice((due.length >> 1) + 1).slice(0, 2),
      );
      expect(reader.nextExpiry(id, now)).toBe(expiries.find(({ at }) => at > now)?.at);
    }
  }

  private get writer(): StoreWriter {
    if (this.store.writer === undefined) throw new Error('the store should have a writer');
    return this.store.writer;
  }

  private batchOf(id: number, action: Extract<Action, { kind: 'write' }>): WriteBatch {
    const { records, stored } = this.naive.get(id);
    const removals = new Set(action.removals.flatMap((which) => pick([...records.keys()], which) ?? []));
    const left = [...records.values()].filter(({ slot }) => !removals.has(slot));
    const moves = new Map(
      action.moves.flatMap((which) => {
        const record = pick(left, which);
        return record ? [[record.slot, record] as const] : [];
      }),
    );
    const kept = left.filter(({ slot }) => !moves.has(slot));
    const ids = new Set(kept.map((row) => row.id));
    const moved = [...moves.values()].map((record) => ({ ...record, gap: 0 }));
    const puts = [...moved, ...action.puts].filter((put) => !ids.has(put.id) && ids.add(put.id));
    const occupied = new Set(kept.map(({ slot }) => slot));
    const slots: number[] = [];
    let next = 0;
    for (const { gap } of puts) {
      next += gap;
      while (occupied.has(next)) next++;
      slots.push(next++);
    }
    const patches = new Map(
      action.patches.flatMap((patch) => {
        const slot = pick(kept, patch.which)?.slot;
        return slot === undefined ? [] : [[slot, patch] as const];
      }),
    );
    return {
      collection: id,
      removals: Uint32Array.from(removals),
      moved: Uint32Array.from(moves.keys()),
      puts: {
        slots: Uint32Array.from(slots),
        ids: puts.map((put) => put.id),
        vectors: Float32Array.from({ length: puts.length * stored.dimension }, (_, i) => i / 3),
        documents: puts.map((put) => put.document),
        metadata: puts.map((_, i) => JSON.stringify({ i, nul: 'a\0b' })),
        expiries: puts.map((put) => put.expiresAt),
      },
      patches: {
        slots: Uint32Array.from(patches.keys()),
        documents: [...patches.values()].map((patch) => patch.document),
        metadata: [...patches].map(([slot]) => JSON.stringify({ patched: slot })),
        expiries: [...patches.values()].map((patch) => patch.expiresAt),
      },
    };
  }
}

function opened(location: string): Promise<Store> {
  return openStore(location, { readOnly: false, create: true, removalsKept: REMOVALS_KEPT });
}

function describedBy(name: string, dimension: number): NewCollection {
  const embedding = dimension % 2 === 0 ? { name: 'model', dimension } : null;
  return { name, dimension, metric: 'cosine', embedding, index: { family: 'hnsw', M: 16 } };
}

function pick<T>(from: readonly T[], which: number): T | undefined {
  return from[which % Math.max(1, from.length)];
}

function bare({ slot, id, seq }: StoredRow): StoredRow {
  return { slot, id, seq };
}

/** All records, asked for in pages of four. */
function pagesOf({ reader }: Store, id: number, orderBy: 'id' | 'seq', descending: boolean): StoredRow[] {
  const rows: StoredRow[] = [];
  for (;;) {
    const after = rows.at(-1)?.[orderBy];
    const request = {
      orderBy,
      descending,
      limit: 4,
      parts: PARTS,
      ...(after === undefined ? {} : { after }),
    };
    const page = reader.page(id, request);
    rows.push(...page);
    if (page.length < 4) return rows;
  }
}

describe.each([
  { place: 'in memory', locate: () => ':memory:', runs: 100 },
  { place: 'in a folder', locate: temporaryFolder, runs: 15 },
])('a store $place', ({ locate, runs }) => {
  it('answers like the naive one after any writes', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(actions, async (sequence) => {
        const pair = new Pair(await opened(locate()));
        try {
          for (const action of sequence) {
            await pair.apply(action);
            pair.compare();
          }
          expect(await pair.store.check()).toEqual([]);
        } finally {
          await pair.store.close();
        }
      }),
      { numRuns: runs },
    );
  });
});
