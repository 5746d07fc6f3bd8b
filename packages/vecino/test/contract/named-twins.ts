import type { Collection } from '../../src/api/collection.ts';
import type { Database } from '../../src/api/database.ts';
import { INDEXES, randomVectors, type Shelf, shelfOf } from './collection-fixture.ts';

/*
 * A collection whose vectors have names, and beside it for each name a collection that has only those records which
 * have the vector: what one says of a field, the other must say of itself.
 */

export const FIELDS = {
  title: { dimension: 8, index: INDEXES.hnsw },
  body: { dimension: 12, metric: 'l2', index: INDEXES.ivf },
  image: { dimension: 5, metric: 'dot', index: INDEXES.flat },
} as const;

export type Field = keyof typeof FIELDS;
export const NAMES = Object.keys(FIELDS) as Field[];

const POOL = 1_600;
const VECTORS = Object.fromEntries(
  NAMES.map((name, i) => [name, randomVectors(POOL, i + 1, FIELDS[name].dimension)]),
) as Record<Field, Float32Array[]>;

/** A vector of a field, by any number. */
export function vectorFor(field: Field, seed: number): Float32Array {
  return VECTORS[field][seed % POOL] ?? new Float32Array();
}

/** What of each vector is given; null for none. */
export type Given = { readonly [Name in Field]?: number | null };

export interface Written {
  readonly id: string;
  readonly vectors: Given;
  readonly ordinal: number;
  readonly expiresAt?: number;
}

type Change = { readonly id: string; readonly vectors: Given; readonly ordinal?: number };

/** Both sides, which every write goes to. */
export class Twins {
  readonly named: Collection<Shelf>;
  /** By id the vectors that records have. */
  readonly has = new Map<string, Map<Field, number>>();
  private readonly twins: ReadonlyMap<Field, Collection<Shelf>>;

  private constructor(named: Collection<Shelf>, twins: ReadonlyMap<Field, Collection<Shelf>>) {
    this.named = named;
    this.twins = twins;
  }

  static async open(database: Database, has: Twins['has'] = new Map()): Promise<Twins> {
    const named = await database.collection<Shelf>('shelf', { vectors: FIELDS, fullText: true });
    const twins = new Map<Field, Collection<Shelf>>();
    for (const name of NAMES) {
      twins.set(name, await database.collection<Shelf>(`only-${name}`, { ...FIELDS[name], fullText: true }));
    }
    const opened = new Twins(named, twins);
    for (const [id, vectors] of has) opened.has.set(id, vectors);
    return opened;
  }

  twin(field: Field): Collection<Shelf> {
    const twin = this.twins.get(field);
    if (!twin) throw new Error(`no twin of ${field}`);
    return twin;
  }

  async upsert(records: readonly Written[]): Promise<void> {
    await this.named.upsert(
      records.map(({ vectors, ...record }) => ({ ...inputOf(record), vectors: numbersOf(vectors) })),
    );
    for (const name of NAMES) {
      const gone = records.filter(({ vectors }) => vectors[name] === undefined || vectors[name] === null);
      await this.twin(name).remove(gone.map(({ id }) => id));
      const there = records.filter((record) => !gone.includes(record));
      if (there.length === 0) continue;
      await this.twin(name).upsert(
        there.map(({ vectors, ...record }) => ({
          ...inputOf(record),
          vector: vectorFor(name, vectors[name] ?? 0),
        })),
      );
    }
    for (const { id, vectors } of records) this.has.set(id, new Map(setIn(vectors)));
  }

  /** Changes of records that are there, and keep at least one vector. */
  async update(changes: readonly Change[]): Promise<void> {
    await this.named.update(
      changes.map(({ id, vectors, ordinal }) => ({
        id,
        vectors: numbersOf(vectors),
        ...(ordinal !== undefined && { metadata: shelfOf(ordinal) }),
      })),
    );
    for (const { id, vectors, ordinal } of changes) {
      const had = this.has.get(id) ?? new Map<Field, number>();
      const stored = await this.named.get(id);
      for (const name of NAMES) {
        const vector = vectors[name];
        if (vector === null) await this.twin(name).remove(id);
        const kept = vector ?? (vector === null ? undefined : had.get(name));
        if (kept === undefined) had.delete(name);
        else {
          const { document = '', metadata = shelfOf(0) } = stored ?? {};
          const merged = ordinal === undefined ? metadata : { ...metadata, ...shelfOf(ordinal) };
          await this.twin(name).upsert([{ id, vector: vectorFor(name, kept), document, metadata: merged }]);
          had.set(name, kept);
        }
      }
      this.has.set(id, had);
    }
  }

  async remove(ids: readonly string[]): Promise<void> {
    await this.named.remove(ids);
    for (const name of NAMES) await this.twin(name).remove(ids);
    for (const id of ids) this.has.delete(id);
  }
}

function inputOf({ ordinal, ...record }: Omit<Written, 'vectors'>) {
  const document = ordinal % 7 === 0 ? `number ${ordinal}, by seven` : `number ${ordinal}`;
  return { ...record, document, metadata: shelfOf(ordinal) };
}

function numbersOf(given: Given): Record<string, Float32Array | null> {
  const entries = Object.entries(given) as [Field, number | null][];
  return Object.fromEntries(
    entries.map(([name, seed]) => [name, seed === null ? null : vectorFor(name, seed)]),
  );
}

function setIn(given: Given): [Field, number][] {
  return (Object.entries(given) as [Field, number | null][]).flatMap(([name, seed]) =>
    seed === null ? [] : [[name, seed]],
  );
}

/** What can be asked of a field and of its twin; the twin is asked without a field. */
export const QUESTIONS: Readonly<
  Record<string, (calls: Collection<Shelf>, of: { field?: Field }, name: Field) => Promise<unknown>>
> = {
  'near a vector': (calls, of, name) =>
    calls.search({ vector: vectorFor(name, 7), k: 20, ...exactly, ...of }),
  'for all': (calls, of, name) => calls.search({ vector: vectorFor(name, 9), k: 10_000, ...exactly, ...of }),
  'with a filter': (calls, of, name) =>
    calls.search({ vector: vectorFor(name, 3), k: 500, filter: { tenth: { $lt: 4 } }, ...exactly, ...of }),
  'with a filter that excludes': (calls, of, name) =>
    calls.search({ vector: vectorFor(name, 3), k: 500, filter: { $not: { half: true } }, ...exactly, ...of }),
  'in groups': (calls, of, name) =>
    calls.search({ vector: vectorFor(name, 5), k: 4, groupBy: 'tenth', ...exactly, ...of }),
  'that differ': (calls, of, name) =>
    calls.search({ vector: vectorFor(name, 5), k: 6, diversify: true, ...exactly, ...of }),
  'like and unlike': (calls, of, name) =>
    calls.search({
      like: [{ vector: vectorFor(name, 1) }, { vector: vectorFor(name, 2), weight: 2 }],
      unlike: [{ vector: vectorFor(name, 3) }],
      k: 9,
      ...exactly,
      ...of,
    }),
  'like the nearest of several': (calls, of, name) =>
    calls.search({
      like: [{ vector: vectorFor(name, 1) }, { vector: vectorFor(name, 2) }],
      strategy: 'bestScore',
      k: 9,
      ...exactly,
      ...of,
    }),
  'page by page': async (calls, of, name) => {
    const query = { vector: vectorFor(name, 11), k: 15, ...exactly, ...of } as const;
    const first = await calls.search({ ...query, page: true });
    return [[...first], [...(await calls.search({ ...query, page: first.next ?? true }))]];
  },
  'one by one': async (calls, of, name) => {
    const ids: string[] = [];
    for await (const { id } of calls.nearest({ vector: vectorFor(name, 2), ...exactly, ...of })) ids.push(id);
    return ids;
  },
  'many at once': (calls, of, name) =>
    calls.searchMany([1, 2].map((seed) => ({ vector: vectorFor(name, seed), k: 5, ...exactly, ...of }))),
  duplicates: (calls, of, name) =>
    calls.duplicates({ minScore: name === 'image' ? 3 : name === 'body' ? -0.8 : 0.97, ...exactly, ...of }),
  clusters: async (calls, of) =>
    (await calls.clusters({ k: 3, ...of })).reduce((sum, { size }) => sum + size, 0),
  anomalies: (calls, of, name) =>
    name === 'image' ? Promise.resolve() : calls.anomalies({ limit: 5, neighbours: 5, ...exactly, ...of }),
  anomaly: (calls, of, name) =>
    name === 'image'
      ? Promise.resolve()
      : calls.anomaly({ vector: vectorFor(name, 8), neighbours: 5, ...exactly, ...of }),
};

const exactly = { exact: true } as const;
