import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Part } from '../../src/api/record.ts';
import { openStore } from '../../src/storage/open-store.ts';
import {
  type NewCollection,
  type Store,
  type StoredNamespace,
  type StoredRow,
  type StoreWriter,
  UNNAMED,
  type WriteBatch,
} from '../../src/storage/store.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { NaiveStore, REMOVALS_KEPT } from './naive-store.ts';

/** The latest expiry. */
const LATEST = 6;

/** Numbers are read modulo what there is to choose from at that moment. */
type Action =
  | { readonly kind: 'create'; readonly dimension: number }
  | { readonly kind: 'drop'; readonly which: number }
  | { readonly kind: 'forget'; readonly which: number; readonly until: number }
  | { readonly kind: 'dropNamespace'; readonly which: number; readonly name: string }
  | { readonly kind: 'reopen' }
  | {
      readonly kind: 'write';
      readonly which: number;
      readonly namespace: string | undefined;
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
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('dropNamespace' as const),
        which: fc.nat(),
        name: fc.constantFrom('a', 'b\0'),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ kind: 'reopen' as const }) },
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('write' as const),
        which: fc.nat(),
        namespace: fc.constantFrom(undefined, undefined, 'a', 'b\0'),
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
      const batch = action.kind === 'write' ? this.batchOf(id, action) : this.dropOf(id, action.name);
      const written = await this.writer.write(batch);
      const number = batch.puts.slots.length > 0 ? batch.namespace : undefined;
      const namespace = this.naive.numberOf(id, number, written.namespace);
      expect(written).toEqual({ lastSeq: this.naive.write(batch, namespace), namespace });
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

      const from = slots[rows.length >> 1] ?? 0;
      const above = rows.filter(({ slot }) => slot >= from);
      expect(reader.scan(id, from, 3, PARTS)).toEqual(above.slice(0, 3));
      const { namespaces } = this.naive.get(id);
      expect(reader.hasNamespaces(id)).toBe(namespaces.size > 0);
      expect(pagesOfNamespaces(this.store, id)).toEqual(this.naive.namespaces(id));
      expect(reader.namespaceNumber(id, 'nobody')).toBeUndefined();
      for (const [name, number] of namespaces) {
        expect(reader.namespaceNumber(id, name)).toBe(number);
        this.compareNamespace(id, number);
      }
      this.compareNamespace(id, UNNAMED);
    }
  }

  private compareTimes(id: number, namespace: number): void {
    const { reader } = this.store;
    const inside = (row: StoredRow) => row.namespace === namespace;
    expect(reader.removedForgottenUntil(id)).toBe(this.naive.get(id).removedForgotten);
    const expiries = this.naive
      .bySlot(id)
      .flatMap(({ slot, seq, expiresAt: at }) => (at === null ? [] : [{ slot, at, seq }]))
      .sort((a, b) => a.at - b.at || a.slot - b.slot);
    for (const now of [-3, 0, LATEST >> 1, LATEST]) {
      const all = this.naive.unexpired(id, now);
      expect(reader.count(id, { now })).toBe(all.length);
      const ids = this.naive.bySlot(id).flatMap((row) => (inside(row) ? row.id : []));
      const rows = all.filter(inside);
      expect(reader.count(id, { namespace, now })).toBe(rows.length);
      const found = new Map(rows.map((row) => [row.id, row]));
      expect(reader.rowsOfIds(id, namespace, ids, PARTS, now)).toEqual(ids.map((one) => found.get(one)));
      const request = { namespace, orderBy: 'seq', descending: false, limit: 100, parts: [], now } as const;
      const page = reader.page(id, request);
      expect(page.map(({ slot }) => slot)).toEqual(
        rows.sort((a, b) => a.seq - b.seq).map(({ slot }) => slot),
      );
      const changes = this.naive.recordChanges(id, namespace, now);
      const range = { namespace, after: 0, until: this.naive.seq, limit: 1_000, now };
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

  private compareNamespace(id: number, namespace: number): void {
    const { reader } = this.store;
    const inside = (row: StoredRow) => row.namespace === namespace;
    const rows = this.naive.bySlot(id).filter(inside);
    const ids = ['no such id', ...rows.map((row) => row.id)];
    expect(reader.count(id, { namespace })).toBe(rows.length);
    expect(reader.slotsOf(id, namespace, ids)).toEqual([undefined, ...rows.map(({ slot }) => slot)]);
    expect(reader.rowsOfIds(id, namespace, ids, PARTS)).toEqual([undefined, ...rows]);
    expect(reader.rowsOfIds(id, namespace, ids, [])).toEqual([undefined, ...rows.map(bare)]);
    const byId = this.naive.byId(id).filter(inside);
    const bySeq = this.naive.bySeq(id).filter(inside);
    expect(slotsInPages(this.store, id, namespace)).toEqual(byId.map(({ slot }) => slot));
    expect(pagesOf(this.store, id, namespace, 'id', false)).toEqual(byId);
    expect(pagesOf(this.store, id, namespace, 'id', true)).toEqual(byId.toReversed());
    expect(pagesOf(this.store, id, namespace, 'seq', false)).toEqual(bySeq);
    expect(pagesOf(this.store, id, namespace, 'seq', true)).toEqual(bySeq.toReversed());
    this.compareTimes(id, namespace);
  }

  private get writer(): StoreWriter {
    if (this.store.writer === undefined) throw new Error('the store should have a writer');
    return this.store.writer;
  }

  private batchOf(id: number, action: Extract<Action, { kind: 'write' }>): WriteBatch {
    const { records, stored, namespaces } = this.naive.get(id);
    const removals = new Set(action.removals.flatMap((which) => pick([...records.keys()], which) ?? []));
    const left = [...records.values()].filter(({ slot }) => !removals.has(slot));
    const number = action.namespace === undefined ? UNNAMED : namespaces.get(action.namespace);
    const moves = new Map(
      action.moves.flatMap((which) => {
        const record = pick(left, which);
        return record && record.namespace === number ? [[record.slot, record] as const] : [];
      }),
    );
    const kept = left.filter(({ slot }) => !moves.has(slot));
    const ids = new Set(kept.flatMap((row) => (row.namespace === number ? row.id : [])));
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
      namespace: action.namespace,
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

  /** Ends a namespace, which need not be there. */
  private dropOf(id: number, namespace: string): WriteBatch {
    const { records, namespaces } = this.naive.get(id);
    const number = namespaces.get(namespace);
    const inside = [...records.values()].filter((row) => row.namespace === number);
    const none = new Uint32Array();
    return {
      collection: id,
      namespace,
      dropsNamespace: true,
      removals: Uint32Array.from(inside, ({ slot }) => slot),
      puts: { slots: none, ids: [], vectors: new Float32Array(), documents: [], metadata: [] },
      patches: { slots: none, documents: [], metadata: [] },
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

function bare({ slot, id, namespace, seq }: StoredRow): StoredRow {
  return { slot, id, namespace, seq };
}

/** All namespaces, asked for one by one. */
function pagesOfNamespaces({ reader }: Store, id: number): StoredNamespace[] {
  const namespaces: StoredNamespace[] = [];
  for (;;) {
    const page = reader.namespaces(id, namespaces.at(-1)?.name ?? '', 1);
    if (page.length === 0) return namespaces;
    namespaces.push(...page);
  }
}

/** All slots of a namespace, asked for in pages of three. */
function slotsInPages({ reader }: Store, id: number, namespace: number): number[] {
  const slots: number[] = [];
  for (let after: string | undefined; ; ) {
    const page = reader.slotsInNamespace(id, namespace, after, 3);
    slots.push(...page.slots);
    if (page.slots.length < 3) return slots;
    after = page.id;
  }
}

/** All records of a namespace, asked for in pages of four. */
function pagesOf(
  { reader }: Store,
  id: number,
  namespace: number,
  orderBy: 'id' | 'seq',
  descending: boolean,
): StoredRow[] {
  const rows: StoredRow[] = [];
  for (;;) {
    const after = rows.at(-1)?.[orderBy];
    const request = {
      namespace,
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
