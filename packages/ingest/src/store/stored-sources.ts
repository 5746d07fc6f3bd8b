import type { Collection, Filter } from 'vecino';
import type { Ingested, PassageMetadata } from './passage.ts';

/** The calls of a collection, or of a namespace, that ingesting needs. */
export type Passages = Pick<Collection, 'list' | 'upsert' | 'update' | 'remove'>;

/** What the collection has of a source. */
export interface StoredSource {
  /** The passage that tells the rest. */
  readonly firstId: string;
  /** What was read, where all of it was stored; undefined where that was interrupted. */
  readonly whole: Ingested | undefined;
}

const PAGE = 10_000;

/**
 * What the collection has of the sources of a root, by their names. It lies with the first passage of each, so that it
 * can never be of another state than the passages are. (With every passage it would tell as much, but a thousand
 * files would be ten thousand records to read each time.)
 */
export async function storedSources(passages: Passages, root: string): Promise<Map<string, StoredSource>> {
  const sources = new Map<string, StoredSource>();
  for await (const [id, { source, ingested }] of passagesWhere(passages, { 'ingested.root': root })) {
    // Two first passages are there where a change of the source was interrupted.
    const isWhole = !sources.has(source) && ingested !== undefined && ingested.version !== UNFINISHED;
    sources.set(source, { firstId: id, whole: isWhole ? ingested : undefined });
  }
  return sources;
}

/** The ids of all passages of a source. */
export async function passageIds(passages: Passages, root: string, source: string): Promise<Set<string>> {
  const ids = new Set<string>();
  for await (const [id] of passagesWhere(passages, { source, root })) ids.add(id);
  return ids;
}

/** The version of a source whose passages are not all stored yet. */
export const UNFINISHED = '';

async function* passagesWhere(passages: Passages, filter: Filter): AsyncGenerator<[string, PassageMetadata]> {
  let cursor: string | undefined;
  do {
    const page = await passages.list({
      filter,
      include: ['metadata'],
      limit: PAGE,
      ...(cursor !== undefined && { cursor }),
    });
    for (const { id, metadata } of page.records) yield [id, metadata as unknown as PassageMetadata];
    cursor = page.cursor;
  } while (cursor !== undefined);
}
