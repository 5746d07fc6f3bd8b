import type { Namespace } from '../../src/api/collection.ts';
import type { StoredRecord } from '../../src/api/record.ts';
import { DIMENSION, randomVectors, type Shelf } from './collection-fixture.ts';

/** What namespaces write, too, to be near it. */
export { QUERY };

/** Every call on records. */
export type Calls = Omit<Namespace<Shelf>, 'collection'>;

const [QUERY, OTHER] = randomVectors(2, 6, DIMENSION) as [Float32Array, Float32Array];

/** By scores: the ranks of documents that say the same are those of their slots, which differ from place to place. */
const HYBRID = {
  vector: QUERY,
  fullText: 'seven',
  fusion: { method: 'weighted', candidates: 1_000 },
  exact: true,
} as const;

/**
 * What can be asked of a collection of `shelfOf` whose records r<i> have a document, of whom some say "seven". Efforts are
 * all there is, so that two collections of the same records must answer the same.
 */
export const QUESTIONS: Readonly<Record<string, (calls: Calls) => Promise<unknown>>> = {
  'near a vector': (calls) => calls.search({ vector: QUERY, k: 20, exact: true }),
  'with a filter': (calls) => calls.search({ vector: QUERY, k: 500, exact: true, filter: { tenth: 3 } }),
  'with a filter that excludes': (calls) =>
    calls.search({ vector: QUERY, k: 500, exact: true, filter: { $not: { half: true } } }),
  'near a record': (calls) => calls.search({ id: 'r0', k: 7, exact: true }),
  'like and unlike': (calls) =>
    calls.search({ like: [{ id: 'r0' }, { vector: OTHER }], unlike: [{ id: 'r9' }], k: 9, exact: true }),
  'like the nearest of several': (calls) =>
    calls.search({ like: [{ id: 'r0' }, { id: 'r9' }], strategy: 'bestScore', k: 9, exact: true }),
  'in groups': (calls) => calls.search({ vector: QUERY, k: 4, groupBy: 'tenth', exact: true }),
  'with counts': async (calls) =>
    (await calls.search({ vector: QUERY, facets: ['half'], exact: true })).facets,
  'that differ': (calls) => calls.search({ vector: QUERY, k: 6, diversify: true, exact: true }),
  'page by page': async (calls) => {
    const query = { vector: QUERY, k: 30, exact: true } as const;
    const first = await calls.search({ ...query, page: true });
    return [[...first], [...(await calls.search({ ...query, page: first.next ?? true }))]];
  },
  'one by one': async (calls) => {
    const ids: string[] = [];
    for await (const { id } of calls.nearest({ vector: QUERY, exact: true })) {
      if (ids.push(id) === 50) break;
    }
    return ids;
  },
  'many at once': (calls) =>
    calls.searchMany([QUERY, OTHER].map((vector) => ({ vector, k: 5, exact: true }))),
  'by words': async (calls) => {
    const hits = await calls.search({ fullText: 'seven', k: 500 });
    // How rare a word is the whole collection says, so that only the scores differ.
    return hits.map(({ id }) => id).sort();
  },
  'by words and a vector': async (calls) => {
    const hits = await calls.search({ ...HYBRID, k: 40 });
    return hits.map(({ id, score }) => [id, score.toFixed(9)]);
  },
  'by words and a vector, in groups': async (calls) => {
    const { groups = [] } = await calls.search({ ...HYBRID, k: 20, groupBy: { path: 'tenth', hits: 3 } });
    return groups.map(({ value, hits }) => [value, ...hits.map(({ id }) => id)]);
  },
  'that are scored anew': (calls) => {
    const by = (hits: readonly { readonly document?: string }[]) =>
      hits.map(({ document = '' }) => document.length);
    return calls.search({ vector: QUERY, k: 5, rerank: { by, candidates: 60 }, exact: true });
  },
  counts: (calls) => Promise.all([calls.count(), calls.count({ tenth: 4 })]),
  lists: (calls) => idsOf(calls.list({ orderBy: 'ordinal', order: 'desc', limit: 40 })),
  'lists by id': (calls) => idsOf(calls.list({ orderBy: 'id', limit: 10_000 })),
  gets: (calls) => calls.get(['r0', 'r1', 'nobody'], ['vector', 'metadata']).then((all) => all.map(bare)),
  duplicates: (calls) => calls.duplicates({ minScore: 0.97, exact: true }),
  clusters: async (calls) => (await calls.clusters({ k: 3 })).reduce((sum, { size }) => sum + size, 0),
  anomaly: (calls) => calls.anomaly({ vector: OTHER, neighbours: 5, exact: true }),
  changes: async (calls) => {
    const changes = await Array.fromAsync(calls.changes());
    return changes.map((change) => ({ ...change, seq: 0 }));
  },
  anomalies: (calls) => calls.anomalies({ limit: 5, neighbours: 5, exact: true }),
};

async function idsOf(page: ReturnType<Calls['list']>): Promise<string[]> {
  return (await page).records.map(({ id }) => id);
}

function bare(record: StoredRecord<Shelf> | undefined): object | undefined {
  return record && { ...record, seq: 0 };
}
