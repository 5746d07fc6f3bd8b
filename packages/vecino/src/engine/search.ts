import type { AnyMetadata } from '../api/metadata.ts';
import type { Part } from '../api/record.ts';
import {
  type Hit,
  SEARCH_OPTIONS,
  type SearchExplanation,
  type SearchQuery,
  type SearchResult,
} from '../api/search.ts';
import type { BitSet } from '../base/bit-set.ts';
import { VecinoError } from '../base/errors.ts';
import { readOptions } from '../base/options.ts';
import { scoreOf } from '../vector/metric.ts';
import { readVector } from '../vector/read-vector.ts';
import type { CollectionState } from './collection-state.ts';
import { embed } from './embed.ts';
import type { IndexFound } from './live-index.ts';
import { readId } from './read-records.ts';
import { partsOf, readParts } from './record-view.ts';

/** Attempts before a search gives in to writes that keep removing what it finds. */
const ATTEMPTS = 4;

interface Target {
  readonly vector: Float32Array;
  /** The record that was asked with, which is no answer. */
  readonly except: string | undefined;
}

/** Answers a query: resolve what to look near, plan and search, then fetch the hits. */
export async function searchRecords(
  state: CollectionState,
  input: unknown,
): Promise<SearchResult<AnyMetadata>> {
  const thing = `search in ${state.thing}`;
  const started = performance.now();
  const query = readOptions<SearchQuery>(thing, SEARCH_OPTIONS, input as SearchQuery | undefined);
  const parts = readParts(thing, query.include);
  const predicate = query.filter === undefined ? undefined : state.filter.parse(thing, query.filter);
  const target = await resolveTarget(state, thing, query);
  const embedded = performance.now();
  if (predicate) await state.filter.prepare(predicate);

  for (let attempt = 1; ; attempt++) {
    const began = performance.now();
    const allowed = predicate ? state.filter.evaluate(predicate, state.index.live) : undefined;
    const except = hideAskedWith(state, target, allowed);
    const filtered = performance.now();
    const k = query.k ?? SEARCH_OPTIONS.k.default;
    const found = await state.index.search({
      query: target.vector,
      k: k + (except === undefined ? 0 : 1),
      exact: query.exact ?? false,
      effort: query.efSearch,
      oversample: query.oversample ?? SEARCH_OPTIONS.oversample.default,
      allowed,
    });
    const searched = performance.now();
    const hits = fetchHits(state, found, k, parts, except, query.minScore);
    if (hits.complete || attempt === ATTEMPTS) {
      const fetched = performance.now();
      return withExplanation(hits.hits, query.explain ? explain(found) : undefined);
      function explain(from: IndexFound): SearchExplanation {
        return {
          way: from.way,
          reason: from.reason,
          thread: from.thread,
          records: from.live,
          matches: from.matches,
          efSearch: from.effort,
          candidates: from.candidates,
          distanceComputations: from.distanceComputations,
          unindexed: from.pending,
          timesMs: {
            embed: embedded - started,
            filter: filtered - began,
            search: searched - filtered,
            fetch: fetched - searched,
            total: fetched - started,
          },
        };
      }
    }
    // A write was committed between search and fetch: once it is shown to the index, the answer is whole.
    await state.writes.idle();
  }
}

async function resolveTarget(state: CollectionState, thing: string, query: SearchQuery): Promise<Target> {
  const given = (['vector', 'text', 'id'] as const).filter((key) => query[key] !== undefined);
  if (given.length !== 1) {
    const received = given.length === 0 ? 'none of them' : given.join(' and ');
    throw new VecinoError(
      'QUERY_INVALID',
      `${thing}: expected exactly one of vector, text and id, received ${received}`,
      {
        details: { expected: ['vector', 'text', 'id'], received: given },
      },
    );
  }
  if (query.id !== undefined) return storedTarget(state, thing, readId(thing, query.id));
  if (query.vector !== undefined) {
    const vector = readVector(thing, query.vector, state.dimension, state.metric);
    return { vector: vector, except: undefined };
  }
  if (typeof query.text !== 'string') {
    throw new VecinoError('QUERY_INVALID', `${thing}: text is a ${typeof query.text}, expected a string`);
  }
  const embedding = state.requireEmbedding('searching by text');
  const [embedded = []] = await embed(thing, embedding, [query.text], 'query');
  const vector = readVector(`${thing}: text`, Float32Array.from(embedded), state.dimension, state.metric);
  return { vector: vector, except: undefined };
}

function storedTarget(state: CollectionState, thing: string, id: string): Target {
  const slot = state.slotOf(id, thing);
  const row = state.store.reader.rows(state.id, [slot], ['vector'])[0];
  if (!row?.vector)
    throw new VecinoError('RECORD_NOT_FOUND', `${thing}: no record has the id "${id}"`, { details: { id } });
  return { vector: row.vector, except: id };
}

/** The record that was asked with, if it could be among the hits. With a filter its bit is simply cleared. */
function hideAskedWith(
  state: CollectionState,
  target: Target,
  allowed: BitSet | undefined,
): string | undefined {
  if (target.except === undefined || !allowed) return target.except;
  const slot = state.store.reader.slotsOf(state.id, [target.except])[0];
  if (slot !== undefined) allowed.delete(slot);
  return undefined;
}

/** Turns slots into hits. Incomplete where a record was gone before it could be fetched. */
function fetchHits(
  state: CollectionState,
  found: IndexFound,
  k: number,
  parts: readonly Part[],
  except: string | undefined,
  minScore: number | undefined,
): { readonly hits: Hit<AnyMetadata>[]; readonly complete: boolean } {
  const scores = Array.from(found.distances, (distance) => scoreOf(state.metric, distance));
  const ids = state.idsOf(found.slots);
  const rows = parts.length === 0 ? [] : state.store.reader.rows(state.id, found.slots, parts);
  const hits: Hit<AnyMetadata>[] = [];
  let complete = true;
  for (const [i, id] of ids.entries()) {
    const row = rows[i];
    const gone =
      id === undefined || (parts.length > 0 && row?.id !== id) || !state.index.live.has(found.slots[i] ?? 0);
    if (gone) {
      complete = false;
      continue;
    }
    const score = scores[i] ?? Number.NEGATIVE_INFINITY;
    if (id === except || hits.length === k || (minScore !== undefined && score < minScore)) continue;
    hits.push({ id, score, ...(row && partsOf(row)) });
  }
  return { hits, complete };
}

function withExplanation(
  hits: Hit<AnyMetadata>[],
  explanation: SearchExplanation | undefined,
): SearchResult<AnyMetadata> {
  return explanation ? Object.assign(hits, { explain: explanation }) : hits;
}
