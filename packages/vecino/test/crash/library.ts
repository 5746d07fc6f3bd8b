/**
 * What the crash test writes and expects: records that are functions of their id and versions, so that parent and
 * child agree on every byte without telling each other.
 */
import type { Collection, CollectionOptions } from '../../src/api/collection.ts';
import type { Database } from '../../src/api/database.ts';
import type { IndexChoice } from '../../src/api/index-options.ts';
import { seededRandom } from '../../src/base/random.ts';

const COLLECTION = 'crash';
const OPTIONS: CollectionOptions = {
  dimension: 12,
  metric: 'cosine',
  index: { family: 'hnsw', M: 6, efConstruction: 40 },
  fullText: { language: 'english', fields: ['document', 'text'] },
};

/** What the child gives the collection in turn, while it writes. */
export const INDEXES: readonly IndexChoice[] = ['flat', { family: 'hnsw', M: 6, efConstruction: 40 }, 'auto'];

/** The collection, which may have another index by now than it was made with. */
export async function openLibrary(db: Database): Promise<Collection<ReturnType<typeof metadataOf>>> {
  const isThere = (await db.listCollections()).some(({ name }) => name === COLLECTION);
  return db.collection(COLLECTION, isThere ? {} : OPTIONS);
}

/** Versions of a record: of its vector, and of its document and metadata. */
export interface Versions {
  readonly vector: number;
  readonly text: number;
}

export type Library = Map<string, Versions>;

/** The effect of one write: a batch is there wholly or not at all. */
export interface Effect {
  readonly puts: readonly (readonly [id: string, vector: number, text: number])[];
  readonly removes: readonly string[];
}

/** What the child says, a line each: before and after each write, and when it does something else. */
export type Line =
  | { readonly say: 'opened'; readonly records: number }
  | { readonly say: 'begin'; readonly effect: Effect }
  | { readonly say: 'done' }
  | { readonly say: 'compacting' }
  | { readonly say: 'compacted' }
  | { readonly say: 'reindexing' }
  | { readonly say: 'reindexed' };

export function vectorOf(id: string, version: number): Float32Array {
  let seed = version * 7919 + 1;
  for (const character of id) seed = (Math.imul(seed, 31) + (character.codePointAt(0) ?? 0)) | 0;
  const random = seededRandom(seed);
  return Float32Array.from({ length: 12 }, () => random() - 0.5);
}

export function documentOf(id: string, version: number): string {
  return `${id}, version ${version}. ${'Text that takes some room. '.repeat(version % 5)}`;
}

export function metadataOf(id: string, { vector, text }: Versions) {
  return { vector, text, shelf: Number(id.slice(1)) % 7 };
}

export function recordOf(id: string, versions: Versions) {
  return {
    id,
    vector: vectorOf(id, versions.vector),
    document: documentOf(id, versions.text),
    metadata: metadataOf(id, versions),
  };
}

export function apply(library: Library, { puts, removes }: Effect): void {
  for (const id of removes) library.delete(id);
  for (const [id, vector, text] of puts) library.set(id, { vector, text });
}
