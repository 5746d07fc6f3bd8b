import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Collection } from '../../src/api/collection.ts';
import type { Database, Warning } from '../../src/api/database.ts';
import { open } from '../../src/index.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import {
  gridVector,
  IDS,
  idsOf,
  KINDS,
  type Question,
  question,
  type Step,
  step,
} from './collection-steps.ts';
import { NaiveCollection } from './naive-collection.ts';

type Kind = (typeof KINDS)[number];

/** Tiny lists and little effort: a few hundred records are walked, and walks find too little often enough. */
const GRAPH = { family: 'hnsw', M: 4, efConstruction: 16, efSearch: 4 } as const;

const PLACES = ['folder', 'folder', ':memory:'] as const;

describe.each(KINDS)('a collection behaves as a map would: $family, $metric', (kind) => {
  it('whatever is done to it, in whatever order', { timeout: 120_000 }, async () => {
    const walks = { count: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 8 }),
        fc.constantFrom(...PLACES),
        fc.array(fc.tuple(step, question), { minLength: 1, maxLength: 25, size: 'max' }),
        async (dimension, place, steps) => {
          const pair = await Pair.open(
            kind,
            dimension,
            place === 'folder' ? temporaryFolder() : place,
            walks,
          );
          try {
            await pair.take({ do: 'upsert', range: { start: 0, count: IDS, stride: 1 }, seed: steps.length });
            for (const [one, asked] of steps) {
              await pair.take(one);
              await pair.compare(asked);
            }
          } finally {
            await pair.close();
          }
        },
      ),
      { numRuns: kind.family === 'hnsw' ? 14 : 6 },
    );
    // Otherwise only the scan would have been compared.
    if (kind.family === 'hnsw') expect(walks.count).toBeGreaterThan(5);
  });
});

/** The collection under test and the naive one, side by side. */
class Pair {
  private readonly naive: NaiveCollection;
  private readonly location: string;
  private readonly kind: Kind;
  private readonly dimension: number;
  private readonly walks: { count: number };
  private readonly warnings: Warning[] = [];
  private database: Database | undefined;
  private highestSeq = 0;

  private constructor(kind: Kind, dimension: number, location: string, walks: { count: number }) {
    this.kind = kind;
    this.dimension = dimension;
    this.location = location;
    this.walks = walks;
    this.naive = new NaiveCollection(dimension, kind.metric);
  }

  static async open(
    kind: Kind,
    dimension: number,
    location: string,
    walks: { count: number },
  ): Promise<Pair> {
    const pair = new Pair(kind, dimension, location, walks);
    await pair.reopen();
    return pair;
  }

  async close(): Promise<void> {
    await this.database?.close();
    expect(this.warnings).toEqual([]);
  }

  /** Does one step to both. What must be refused leaves both as they were. */
  async take(one: Step): Promise<void> {
    const { naive } = this;
    const collection = await this.collection();
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
      case 'flush':
        await collection.flush();
        expect((await collection.stats()).index).toMatchObject({ pending: 0, linked: naive.records.size });
        return;
      case 'compact':
        await collection.compact();
        expect((await collection.stats()).index).toMatchObject({ pending: 0, removed: 0 });
        return;
      case 'reopen':
        if (this.location !== ':memory:') await this.reopen();
        return;
      case 'check':
        expect((await collection.check()).problems).toEqual([]);
    }
  }

  /** Asks both the same, in every way that there is. */
  async compare(asked: Question): Promise<void> {
    const { naive } = this;
    const collection = await this.collection();
    const filter = asked.filter === undefined ? {} : { filter: asked.filter as never };
    const matching = naive.matching(asked.filter);
    expect(await collection.count()).toBe(naive.records.size);
    expect(await collection.count(filter.filter)).toBe(matching.length);
    await this.compareLists(collection, asked, filter);
    await this.compareSearches(collection, asked, filter, matching);
  }

  private async compareLists(
    collection: Collection,
    asked: Question,
    filter: { filter?: never },
  ): Promise<void> {
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
    collection: Collection,
    asked: Question,
    filter: { filter?: never },
    matching: readonly string[],
  ): Promise<void> {
    const { naive } = this;
    const { k, efSearch, seed } = asked;
    if (asked.linked) await collection.flush();
    const vector = gridVector(`r${seed % IDS}`, seed, this.dimension);
    const allowed = new Set(matching);
    const best = naive.bestScores(vector, matching, k);
    const exact = await collection.search({ vector, k, exact: true, ...filter });
    expect(exact.filter(({ score }, i) => !isNear(score, best[i] ?? Number.NaN))).toEqual([]);
    expect(exact).toHaveLength(best.length);
    const lazy = await collection.search({ vector, k, efSearch, ...filter, explain: true });
    if (lazy.explain?.way === 'graph') this.walks.count += 1;
    expect(lazy).toHaveLength(best.length);
    for (const hits of [exact, lazy]) {
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
    const records = await (await this.collection()).get(ids, []);
    const seqs = records.map((record) => record?.seq ?? Number.NaN);
    expect(Math.min(...seqs)).toBeGreaterThan(this.highestSeq);
    expect(new Set(seqs).size).toBe(seqs.length);
    this.highestSeq = Math.max(...seqs);
  }

  private async collection(): Promise<Collection> {
    if (!this.database) throw new Error('the database is not open');
    const { family, metric } = this.kind;
    const index = family === 'hnsw' ? GRAPH : family;
    return this.database.collection('pair', { dimension: this.dimension, metric, index });
  }

  private async reopen(): Promise<void> {
    await this.database?.close();
    this.database = await open(this.location, { onWarning: (warning) => this.warnings.push(warning) });
  }
}

/** Scores are computed in 32-bit floats, the oracle sums doubles. */
function isNear(received: number, expected: number): boolean {
  return Math.abs(received - expected) <= 2e-6 * Math.max(1, Math.abs(expected)) + 1e-6;
}
