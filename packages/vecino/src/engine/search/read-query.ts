import type { Part } from '../../api/record.ts';
import { SEARCH_OPTIONS, type SearchQuery } from '../../api/search.ts';
import { VecinoError } from '../../base/errors.ts';
import { describeValue, readOptions } from '../../base/options.ts';
import type { Predicate } from '../../filter/predicate.ts';
import type { CollectionState } from '../collection-state.ts';
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

export function readQuery(state: CollectionState, thing: string, input: unknown): ReadQuery {
  const query = readOptions<SearchQuery>(thing, SEARCH_OPTIONS, input as SearchQuery | undefined);
  const parts = readParts(thing, query.include);
  const predicate = query.filter === undefined ? undefined : state.filter.parse(thing, query.filter);
  requireOneTarget(thing, query);
  requireOwnEffort(state, thing, query);
  return { thing, query, parts, predicate };
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
