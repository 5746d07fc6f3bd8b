import type { Collection } from '../../src/api/collection.ts';
import type { Database } from '../../src/api/database.ts';
import type { RecordInput } from '../../src/api/record.ts';
import { seededRandom } from '../../src/base/random.ts';

/** Records of all kinds: with and without documents, with metadata of every kind of JSON, some that expire. */
export function records(count: number, dimension: number, seed = 1): RecordInput[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, i) => ({
    id: `r${String(i).padStart(5, '0')}${i % 7 === 0 ? ' é😀' : ''}`,
    vector: Float32Array.from({ length: dimension }, () => random() * 2 - 1),
    ...(i % 3 !== 0 && { document: i % 5 === 0 ? '' : `document ${i} – ü\n"quoted"` }),
    metadata: { i, half: i / 3, tags: ['x', `t${i % 4}`], deep: { none: null, yes: i % 2 === 0 } },
    ...(i % 11 === 0 && { expiresAt: new Date(Date.UTC(2100, 0, 1 + (i % 28))) }),
  }));
}

/** Some outside of all namespaces, some in two of them, under the same ids. */
export async function stock(collection: Collection, count: number, dimension = 8): Promise<void> {
  const all = records(count, dimension);
  await collection.add(all);
  await collection.namespace('acme').add(all.slice(0, Math.floor(count / 4)));
  await collection
    .namespace('zeta')
    .add(all.slice(0, 3).map((record) => ({ ...record, document: 'of zeta' })));
}

/** Everything that a collection has, in one form. */
export async function contentsOf(database: Database, name: string): Promise<unknown> {
  const collection = await database.openCollection(name);
  const { vectors } = await collection.describe();
  const namespaces = [undefined, ...(await collection.listNamespaces()).map((one) => one.name)];
  const parts: unknown[] = [];
  for (const namespace of namespaces) {
    const within = namespace === undefined ? collection : collection.namespace(namespace);
    const include = ['document', 'metadata', vectors ? 'vectors' : 'vector', 'expiresAt'] as const;
    const page = await within.list({ orderBy: 'id', limit: 10_000, include });
    parts.push([namespace, page.records.map(({ seq: _, ...record }) => record)]);
  }
  return parts;
}
