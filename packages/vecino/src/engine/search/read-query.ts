import type { Part } from '../../api/record.ts';
import { SEARCH_OPTIONS, type SearchQuery } from '../../api/search.ts';
import { present } from '../../base/assert.ts';
import { VecinoError } from '../../base/errors.ts';
import { describeValue, quoted, readOptions } from '../../base/options.ts';
import type { Predicate } from '../../filter/predicate.ts';
import { readVector } from '../../vector/read-vector.ts';
import type { CollectionState } from '../collection-state.ts';
import { embed } from '../embed.ts';
import { readId } from '../read-records.ts';
import { readParts } from '../record-view.ts';
import { requireOwnEffort } from './query-effort.ts';

/** A query whose form is right. */
export interface ReadQuery {
  /** The opening words of messages. */
  readonly thing: string;
  readonly query: SearchQuery;
  readonly parts: readonly Part[];
  readonly predicate: Predicate | undefined;
}

/** What to look near. */
export interface Target {
  readonly vector: Float32Array;
  /** The record that was asked with, which is no answer. */
  readonly except: string | undefined;
}

export function readQuery(state: CollectionState, thing: string, input: unknown): ReadQuery {
  const query = readOptions<SearchQuery>(thing, SEARCH_OPTIONS, input as SearchQuery | undefined);
  const parts = readParts(thing, query.include);
  const predicate = query.filter === undefined ? undefined : state.filter.parse(thing, query.filter);
  requireOneTarget(thing, query);
  requireOwnEffort(state, thing, query);
  return { thing, query, parts, predicate };
}

/** Finds out what to look near; texts are embedded in one call. */
export async function resolveTargets(
  state: CollectionState,
  queries: readonly ReadQuery[],
): Promise<Target[]> {
  const texts = queries.flatMap(({ query }) => (query.text === undefined ? [] : [query.text]));
  const embedded = await embedTexts(state, queries, texts);
  let next = 0;
  return queries.map(({ thing, query }) => {
    if (query.id !== undefined) return storedTarget(state, thing, readId(thing, query.id));
    if (query.vector !== undefined) {
      const vector = readVector(thing, query.vector, state.dimension, state.metric);
      return { vector, except: undefined };
    }
    const by = `${thing}: text, embedded by "${state.embedding?.name}"`;
    const vector = readVector(by, embedded[next++], state.dimension, state.metric);
    return { vector, except: undefined };
  });
}

async function embedTexts(
  state: CollectionState,
  queries: readonly ReadQuery[],
  texts: readonly string[],
): Promise<readonly unknown[]> {
  if (texts.length === 0) return [];
  const embedding = state.requireEmbedding('searching by text');
  return embed(present(queries[0], 'a query').thing, embedding, texts, 'query');
}

function requireOneTarget(thing: string, query: SearchQuery): void {
  const given = (['vector', 'text', 'id'] as const).filter((key) => query[key] !== undefined);
  if (given.length !== 1) {
    const received = given.length === 0 ? 'none of them' : given.join(' and ');
    throw new VecinoError(
      'QUERY_INVALID',
      `${thing}: expected exactly one of vector, text and id, received ${received}; say what to look near`,
      { details: { expected: ['vector', 'text', 'id'], received: given } },
    );
  }
  if (query.text === undefined || typeof query.text === 'string') return;
  const received = describeValue(query.text);
  throw new VecinoError(
    'QUERY_INVALID',
    `${thing}: text is ${received}, expected a string; to look near a vector give it as vector`,
    { details: { expected: 'a string', received } },
  );
}

function storedTarget(state: CollectionState, thing: string, id: string): Target {
  const row = state.store.reader.rowsOfIds(state.id, [id], ['vector'])[0];
  if (row?.vector) return { vector: row.vector, except: id };
  throw new VecinoError(
    'RECORD_NOT_FOUND',
    `${thing}: no record has the id ${quoted(id)}; look near a vector or a text instead`,
    { details: { id } },
  );
}
