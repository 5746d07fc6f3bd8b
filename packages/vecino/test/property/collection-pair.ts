import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';
import type { Collection, Namespace } from '../../src/api/collection.ts';
import type { Database, Warning } from '../../src/api/database.ts';
import type { IndexOptions } from '../../src/api/index-options.ts';
import type { Metric, SearchQuery } from '../../src/api/search.ts';
import { familyOf } from '../../src/index/registry.ts';
import { open } from '../../src/index.ts';
import {
  gridVector,
  IDS,
  idsOf,
  type Kind,
  metadataOf,
  type Question,
  type Step,
} from './collection-steps.ts';
import { NaiveCollection } from './naive-collection.ts';

/** What collections and namespaces have in common. */
type Calls = Omit<Namespace, 'collection'>;

/** Records that no step is about: with them a family that learns has enough. */
const STANDING = 1_100;

/** The database under test, and its one collection. */
export class PairStore {
  /** Of all that is stored in the collection. */
  readonly pairs: Pair[] = [];
  /** By the clock of the database, which stands still but for steps that wait. */
  now = Date.UTC(2030, 0, 1);
  /** What serves, which a step may change. */
  index: IndexOptions;
  readonly metric: Metric;
  readonly dimension: number;
  readonly location: string;
  private readonly warnings: Warning[] = [];
  private database: Database | undefined;

  private constructor(kind: Kind, dimension: number, location: string) {
    this.index = kind.index;
    this.metric = kind.metric;
    this.dimension = dimension;
    this.location = location;
  }

  static async open(kind: Kind, dimension: number, location: string): Promise<PairStore> {
    const store = new PairStore(kind, dimension, location);
    await store.reopen();
    return store;
  }

  async reopen(): Promise<void> {
    await this.database?.close();
    this.database = await open(this.location, {
      onWarning: (warning) => this.warnings.push(warning),
      clock: () => this.now,
    });
  }

  async close(): Promise<void> {
    await this.database?.close();
    expect(this.warnings).toEqual([]);
  }

  async collection(): Promise<Collection> {
    if (!this.database) throw new Error('the database is not open');
    const { dimension, metric, index } = this;
    return this.database.collection('pair', { dimension, metric, index });
  }

  /** Records of the collection, namespaces included. */
  get records(): number {
    return this.pairs.reduce((sum, { naive }) => sum + naive.records.size, 0);
  }
}

/** The collection under test, or a namespace of it, and the naive one, side by side. */
export class Pair {
  readonly naive: NaiveCollection;
  private readonly store: PairStore;
  private readonly namespace: string | undefined;
  private readonly walks: { count: number };
  private highestSeq = 0;

  constructor(store: PairStore, walks: { count: number }, namespace?: string) {
    this.store = store;
    this.walks = walks;
    this.namespace = namespace;
    this.naive = new NaiveCollection(store.dimension, store.metric);
    store.pairs.push(this);
  }

  /** Gives both so many records that a family learns from them, and waits until it has. */
  async fill(): Promise<void> {
    const input = Array.from({ length: STANDING }, (_, i) => ({
      id: `s${i}`,
      vector: gridVector(`s${i}`, 0, this.store.dimension),
      metadata: metadataOf(`s${i}`, 0),
    }));
    const collection = await this.calls();
    await collection.upsert(input);
    this.naive.put(input);
    await (await this.store.collection()).flush();
  }

  /** Does one step to both. What must be refused leaves both as they were. */
  async take(one: Step): Promise<void> {
    const { naive } = this;
    const whole = await this.store.collection();
    const collection = await this.calls();
    switch (one.do) {
      case 'add': {
        const input = naive.inputOf(one);
        const adding = collection.add(input);
        if (input.some(({ id }) => naive.records.has(id))) {
          await expect(adding).rejects.toMatchObject({ code: 'ID_EXISTS' });
          return;
        }
        expect(await adding).toEqual(input.map(({ id }) => id));
        naive.put(input);
        return this.expectNewer(input.map(({ id }) => id));
      }
      case 'upsert':
      case 'rewrite': {
        const input = naive.inputOf(one);
        expect(await collection.upsert(input)).toEqual(input.map(({ id }) => id));
        naive.put(input);
        return this.expectNewer(input.map(({ id }) => id));
      }
      case 'update': {
        const changes = naive.changesOf(one.range, one.seed, one.parts);
        const ghost = collection.update([...changes, { id: 'nobody', document: 'x' }]);
        await expect(ghost).rejects.toMatchObject({ code: 'RECORD_NOT_FOUND' });
        if (changes.length === 0) return;
        await collection.update(changes);
        naive.change(changes);
        return this.expectNewer(changes.map(({ id }) => id));
      }
      case 'remove': {
        const there = idsOf(one.range).filter((id) => naive.records.delete(id));
        expect(await collection.remove(idsOf(one.range))).toBe(there.length);
        return;
      }
      case 'removeMatching': {
        const there = naive.matching(one.filter).filter((id) => naive.records.delete(id));
        expect(await collection.remove({ filter: one.filter as never })).toBe(there.length);
        return;
      }
      case 'expire': {
        const there = idsOf(one.range).filter((id) => naive.records.has(id));
        if (there.length === 0) return;
        await collection.update(there.map((id) => ({ id, ttl: one.ttl })));
        naive.expire(there, one.ttl === null ? null : this.store.now + one.ttl * 1_000);
        return;
      }
      case 'wait':
        this.store.now += one.seconds * 1_000;
        for (const pair of this.store.pairs) pair.naive.pass(this.store.now);
        return;
      case 'flush':
        await whole.flush();
        expect((await whole.stats()).index).toMatchObject({ pending: 0, linked: this.store.records });
        return;
      case 'compact':
        await whole.compact();
        expect((await whole.stats()).index).toMatchObject({ pending: 0, removed: 0 });
        return;
      case 'reopen':
        if (this.store.location !== ':memory:') await this.store.reopen();
        return;
      case 'reindex':
        expect(await whole.reindex(one.index)).toBe(!isDeepStrictEqual(one.index, this.store.index));
        this.store.index = one.index;
        return;
      case 'check':
        expect((await whole.check()).problems).toEqual([]);
    }
  }

  /** Drops the namespace, if it is one. */
  async drop(): Promise<void> {
    if (this.namespace === undefined) return;
    const whole = await this.store.collection();
    const namespaces = await whole.listNamespaces();
    const there = namespaces.find(({ name }) => name === this.namespace);
    expect(there?.records ?? 0).toBe(this.naive.records.size);
    const dropping = whole.dropNamespace(this.namespace);
    if (!there) return expect(dropping).rejects.toMatchObject({ code: 'NAMESPACE_NOT_FOUND' });
    expect(await dropping).toBe(this.naive.records.size);
    this.naive.records.clear();
  }

  /** Asks both the same, in every way that there is. */
  async compare(asked: Question): Promise<void> {
    const { naive } = this;
    const collection = await this.calls();
    const filter = asked.filter === undefined ? {} : { filter: asked.filter as never };
    const matching = naive.matching(asked.filter);
    expect(await collection.count()).toBe(naive.records.size);
    expect(await collection.count(filter.filter)).toBe(matching.length);
    await this.compareLists(collection, asked, filter);
    await this.compareSearches(collection, asked, filter, matching);
  }

  private async compareLists(collection: Calls, asked: Question, filter: { filter?: never }): Promise<void> {
    const listed: string[] = [];
    const different: string[] = [];
    const seqOf = new Map<string, number>();
    const { orderBy, order, limit } = asked;
    for (let cursor: string | undefined, pages = 0; pages === 0 || cursor !== undefined; pages++) {
      const page = await collection.list({
        ...filter,
        orderBy,
        order,
        limit,
        include: ['vector', 'document', 'metadata'],
        ...(cursor !== undefined && { cursor }),
      });
      for (const { id, seq, ...parts } of page.records) {
        listed.push(id);
        seqOf.set(id, seq);
        const same = isDeepStrictEqual({ document: undefined, ...parts }, this.naive.records.get(id));
        if (!same) different.push(id);
      }
      cursor = page.cursor;
    }
    expect(different).toEqual([]);
    expect(listed).toEqual(this.naive.ordered(asked, seqOf));
  }

  private async compareSearches(
    collection: Calls,
    asked: Question,
    filter: { filter?: never },
    matching: readonly string[],
  ): Promise<void> {
    const { naive } = this;
    const { k, efSearch, seed } = asked;
    if (asked.linked) await (await this.store.collection()).flush();
    const vector = gridVector(`r${seed % IDS}`, seed, this.store.dimension);
    const allowed = new Set(matching);
    const best = naive.bestScores(vector, matching, k);
    const exact = await collection.search({ vector, k, exact: true, ...filter });
    expect(exact.filter(({ score }, i) => !isNear(score, best[i] ?? Number.NaN))).toEqual([]);
    expect(exact).toHaveLength(best.length);
    const option = familyOf(this.store.index.family).effortOption ?? 'efSearch';
    const lazy = await collection.search({ vector, k, [option]: efSearch, ...filter, explain: true });
    if (lazy.explain?.way !== 'exact') this.walks.count += 1;
    expect(lazy).toHaveLength(best.length);
    const most = mostEffort(this.store.index, k, naive.records.size);
    const thorough = most ? [await collection.search({ vector, k, ...filter, ...most })] : [];
    for (const hits of thorough) {
      expect(hits.filter(({ score }, i) => !isNear(score, best[i] ?? Number.NaN))).toEqual([]);
      expect(hits).toHaveLength(best.length);
    }
    for (const hits of [exact, lazy, ...thorough]) {
      const ids = hits.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids.filter((id) => !allowed.has(id))).toEqual([]);
      expect(hits.filter(({ id, score }) => !isNear(score, naive.scoreOf(vector, id)))).toEqual([]);
      const scores = hits.map(({ score }) => score);
      expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    }
  }

  /** Every write gives its records numbers that are larger than all before. */
  private async expectNewer(ids: readonly string[]): Promise<void> {
    const records = await (await this.calls()).get(ids, []);
    const seqs = records.map((record) => record?.seq ?? Number.NaN);
    expect(Math.min(...seqs)).toBeGreaterThan(this.highestSeq);
    expect(new Set(seqs).size).toBe(seqs.length);
    this.highestSeq = Math.max(...seqs);
  }

  /** What is compared with the naive collection. */
  private async calls(): Promise<Calls> {
    const collection = await this.store.collection();
    return this.namespace === undefined ? collection : collection.namespace(this.namespace);
  }
}

/** Times k of the best codes that a search can have compared by vector. */
const OVERSAMPLE_MAX = 100;

/**
 * What a search says to compare with every record by the index; undefined where it cannot, because codes or sketches
 * rule records out whatever the effort.
 */
function mostEffort(index: IndexOptions, k: number, records: number): Partial<SearchQuery> | undefined {
  const oversample = OVERSAMPLE_MAX;
  if (index.family === 'pq') return k * oversample >= records ? { oversample } : undefined;
  const isPlain = index.family === 'ivf' && (index.quantizer === 'none' || index.quantizer === 'sq8');
  return isPlain ? { nprobe: index.nlist ?? records, oversample } : undefined;
}

/** Scores are computed in 32-bit floats, the oracle sums doubles. */
function isNear(received: number, expected: number): boolean {
  return Math.abs(received - expected) <= 2e-6 * Math.max(1, Math.abs(expected)) + 1e-6;
}
