import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Collection, Hit } from '../../src/index.ts';
import { open } from '../../src/index.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/*
 * Words, filters and hybrid search against plain SQL: the same records in two tables of FTS5 that analyse texts by
 * themselves, with Porter's stems or as they are, and metadata in a table of JSON. As our stemmer is Porter's too
 * and our rows have each word twice, BM25 is the same number.
 */

/** Inflected forms that meet in one stem, and words that share a beginning. Stop words stay out: SQL has none. */
const WORDS = [
  'magic',
  'magical',
  'school',
  'schools',
  'cook',
  'cooking',
  'Magician',
  'soup',
  'river',
  'night',
];

const text = fc.array(fc.constantFrom(...WORDS), { maxLength: 6 }).map((words) => words.join(' '));
const record = fc.record({
  id: fc.constantFrom(...'abcdefghijklmnop'),
  vector: fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: 1, max: 9 })),
  document: fc.option(text),
  metadata: fc.record({ year: fc.integer({ min: 0, max: 3 }) }),
});
type Stored = typeof record extends fc.Arbitrary<infer T> ? T : never;

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('upsert' as const),
      records: fc.uniqueArray(record, { minLength: 1, maxLength: 5, selector: ({ id }) => id }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('remove' as const),
      id: fc.constantFrom(...'abcdefghijklmnop'),
    }),
  },
);

const question = fc.record({
  words: fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 3 }),
  form: fc.constantFrom('words', 'phrase', 'prefix'),
  match: fc.constantFrom('any' as const, 'all' as const),
  yearMin: fc.integer({ min: 0, max: 3 }),
  vector: fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: 1, max: 9 })),
  method: fc.constantFrom('rrf' as const, 'weighted' as const),
  k: fc.integer({ min: 1, max: 6 }),
  lambda: fc.constantFrom(0, 0.4, 1),
});
type Question = typeof question extends fc.Arbitrary<infer T> ? T : never;

/** More than there are records, so that ties at the end of an answer do not matter. */
const ALL = 50;

describe('words beside filters', { timeout: 120_000 }, () => {
  it.each(['in memory', 'in a folder'])('%s are found as plain SQL finds them', async (where) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 8 }),
        fc.array(question, { minLength: 1, maxLength: 4 }),
        async (steps, questions) => {
          await using db = await open(where === 'in memory' ? ':memory:' : temporaryFolder());
          const docs = await db.collection('docs', { dimension: 2, metric: 'l2', fullText: true });
          const stored = new Map<string, Stored>();
          for (const one of steps) await take(docs, stored, one);
          using plain = new PlainSql([...stored.values()]);
          for (const one of questions) {
            await compareWords(docs, plain, one);
            await compareHybrid(docs, one);
            await compareRefined(docs, stored, one);
          }
          expect((await docs.check()).problems).toEqual([]);
        },
      ),
      { numRuns: where === 'in memory' ? 20 : 3 },
    );
  });
});

async function take(
  docs: Collection,
  stored: Map<string, Stored>,
  one: typeof step extends fc.Arbitrary<infer T> ? T : never,
): Promise<void> {
  if (one.kind === 'remove') {
    await docs.remove(one.id);
    stored.delete(one.id);
    return;
  }
  await docs.upsert(
    one.records.map(({ document, ...rest }) => ({ ...rest, ...(document !== null && { document }) })),
  );
  for (const each of one.records) stored.set(each.id, each);
}

async function compareWords(docs: Collection, plain: PlainSql, asked: Question): Promise<void> {
  const hits = await docs.search({
    fullText: { query: ours(asked), match: asked.match },
    filter: { year: { $gte: asked.yearMin } },
    k: ALL,
  });
  const expected = plain.search(asked);
  expect(hits.map(({ id }) => id).sort()).toEqual([...expected.keys()].sort());
  for (const { id, score } of hits) expect(score).toBeCloseTo(expected.get(id) ?? Number.NaN, 9);
  expectFalling(hits);
  const few = await docs.search({
    fullText: { query: ours(asked), match: asked.match },
    filter: { year: { $gte: asked.yearMin } },
    k: 2,
  });
  expect(few).toEqual(hits.slice(0, 2));
}

/** Fuses what each side answers by itself, by the formulas of the documentation. */
async function compareHybrid(docs: Collection, asked: Question): Promise<void> {
  const filter = { year: { $gte: asked.yearMin } };
  const { vector, method } = asked;
  const fullText = ours(asked);
  const near = await docs.search({ vector, filter, k: ALL, exact: true });
  const worded = await docs.search({ fullText, filter, k: ALL });
  const weights = { vector: 2, fullText: 1 };
  const hybrid = await docs.search({
    vector,
    fullText,
    filter,
    k: ALL,
    exact: true,
    fusion: { method, weights },
  });
  const expected = new Map<string, number>();
  for (const [side, hits] of [['vector', near] as const, ['fullText', worded] as const]) {
    const best = hits[0]?.score ?? 0;
    const lowest = side === 'fullText' ? 0 : (hits.at(-1)?.score ?? 0);
    for (const [i, { id, score }] of hits.entries()) {
      const normal = best > lowest ? (score - lowest) / (best - lowest) : 1;
      const share = method === 'rrf' ? weights[side] / (60 + i + 1) : (weights[side] / 3) * normal;
      expected.set(id, (expected.get(id) ?? 0) + share);
    }
  }
  expect(hybrid.map(({ id }) => id).sort()).toEqual([...expected.keys()].sort());
  for (const { id, score, scores } of hybrid) {
    expect(score).toBeCloseTo(expected.get(id) ?? Number.NaN, 9);
    expect(scores?.vector).toBe(near.find((hit) => hit.id === id)?.score);
    expect(scores?.fullText).toBe(worded.find((hit) => hit.id === id)?.score);
    expect((scores?.shares.vector ?? 0) + (scores?.shares.fullText ?? 0)).toBeCloseTo(score, 12);
  }
  expectFalling(hybrid);
}

/** Pages, groups and difference are those of the one fused ranking. */
async function compareRefined(
  docs: Collection,
  stored: ReadonlyMap<string, Stored>,
  asked: Question,
): Promise<void> {
  const { vector, method, k, lambda, yearMin } = asked;
  const query = {
    vector,
    fullText: ours(asked),
    filter: { year: { $gte: yearMin } },
    exact: true,
    fusion: { method },
  };
  const all = await docs.search({ ...query, k: ALL });
  const paged: Hit[] = [];
  for (let page: true | string | undefined = true; page !== undefined; ) {
    const hits: Awaited<ReturnType<Collection['search']>> = await docs.search({ ...query, k, page });
    paged.push(...hits);
    page = hits.next;
  }
  expect(paged).toEqual(all);

  const { groups } = await docs.search({ ...query, k, groupBy: { path: 'year', hits: 2 } });
  const years = Map.groupBy(all, ({ id }) => stored.get(id)?.metadata.year ?? -1);
  const expected = [...years].slice(0, k).map(([value, hits]) => ({ value, hits: hits.slice(0, 2) }));
  expect(groups).toEqual(expected);

  const differing = await docs.search({ ...query, k, diversify: { lambda } });
  const [most, least] = [all[0]?.score ?? 0, all.at(-1)?.score ?? 0];
  const worth = (hit: Hit, chosen: readonly Hit[]) => {
    const relevance = most > least ? (hit.score - least) / (most - least) : 1;
    const alike = chosen.map((one) => cosine(stored.get(one.id)?.vector, stored.get(hit.id)?.vector));
    return chosen.length === 0 ? relevance : lambda * relevance - (1 - lambda) * Math.max(...alike);
  };
  expect(differing).toHaveLength(Math.min(k, all.length));
  expect(new Set(differing.map(({ id }) => id)).size).toBe(differing.length);
  for (const [i, hit] of differing.entries()) {
    const chosen = differing.slice(0, i);
    const left = all.filter(({ id }) => !chosen.some((one) => one.id === id));
    expect(worth(hit, chosen)).toBeCloseTo(Math.max(...left.map((one) => worth(one, chosen))), 9);
    expect(hit).toEqual(all.find(({ id }) => id === hit.id));
  }
}

function cosine(a: Stored['vector'] = [0, 1], b: Stored['vector'] = [0, 1]): number {
  return (a[0] * b[0] + a[1] * b[1]) / (Math.hypot(...a) * Math.hypot(...b));
}

function expectFalling(hits: readonly Hit[]): void {
  for (const [i, { score }] of hits.entries())
    expect(score).toBeLessThanOrEqual(hits[i - 1]?.score ?? Infinity);
}

/** The question as a user of ours writes it. */
function ours({ words, form }: Question): string {
  if (form === 'words') return words.join(' ');
  return form === 'phrase' ? `"${words.join(' ')}"` : words.map((word) => `${word.slice(0, 4)}*`).join(' ');
}

class PlainSql implements Disposable {
  private readonly database = new DatabaseSync(':memory:');

  constructor(records: readonly Stored[]) {
    this.database.exec(`
      CREATE TABLE records (key INTEGER PRIMARY KEY, id TEXT, metadata TEXT);
      CREATE VIRTUAL TABLE stems USING fts5(document, tokenize = 'porter ascii');
      CREATE VIRTUAL TABLE words USING fts5(document, tokenize = 'ascii');
    `);
    for (const [key, { id, document, metadata }] of records.entries()) {
      this.database.prepare('INSERT INTO records VALUES (?, ?, ?)').run(key, id, JSON.stringify(metadata));
      for (const table of ['stems', 'words']) {
        this.database
          .prepare(`INSERT INTO ${table} (rowid, document) VALUES (?, ?)`)
          .run(key, document ?? '');
      }
    }
  }

  search({ words, form, match, yearMin }: Question): Map<string, number> {
    const table = form === 'words' ? 'stems' : 'words';
    // A word that is asked for twice is asked for once.
    const terms = [...new Set(form === 'phrase' ? [words.join(' ')] : words.map(stemLike(form)))];
    const expression = terms
      .map((term) => (form === 'prefix' ? `"${term}" *` : `"${term}"`))
      .join(match === 'all' ? ' AND ' : ' OR ');
    const rows = this.database
      .prepare(
        `SELECT r.id AS id, -bm25(${table}) AS score FROM ${table} JOIN records AS r ON r.key = ${table}.rowid
         WHERE ${table} MATCH ? AND json_extract(r.metadata, '$.year') >= ?`,
      )
      .all(expression, yearMin) as unknown as { id: string; score: number }[];
    return new Map(rows.map(({ id, score }) => [id, score]));
  }

  [Symbol.dispose](): void {
    this.database.close();
  }
}

/** Forms of one word that meet in one stem, which a query must not count twice. */
function stemLike(form: Question['form']): (word: string) => string {
  const bases: Readonly<Record<string, string>> = { magical: 'magic', schools: 'school', cooking: 'cook' };
  return (word) => (form === 'prefix' ? word.slice(0, 4).toLowerCase() : (bases[word] ?? word));
}
