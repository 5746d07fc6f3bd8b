import type { AnyMetadata } from '../api/metadata.ts';
import type { Part } from '../api/record.ts';
import {
  type Hit,
  SEARCH_OPTIONS,
  type SearchExplanation,
  type SearchQuery,
  type SearchResult,
} from '../api/search.ts';
import { VecinoError } from '../base/errors.ts';
import { describeValue, quoted, readOptions } from '../base/options.ts';
import { TimeSlice } from '../base/time-slice.ts';
import { scoreOf } from '../vector/metric.ts';
import { readVector } from '../vector/read-vector.ts';
import type { CollectionState } from './collection-state.ts';
import { embed } from './embed.ts';
import type { SegmentFound } from './index/index-searcher.ts';
import { readId } from './read-records.ts';
import { partsOf, readParts } from './record-view.ts';
import { isAsOf, type Read, readWhole } from './whole-read.ts';

/** Hits fetched in one go. */
const ROWS = 250;

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
  // Embedding can take long. What begins from here on is waited for by `close` and `drop`.
  state.requireOpen();

  const { found, hits, filterMs, searchMs, fetchMs } = await readWhole(state, async () => {
    // Asked again right before the work: of many searches that wait, not all fit the same slice.
    while (state.turns.isOver) await state.turns.pause();
    await state.whole();
    const began = performance.now();
    const { seen } = state.index;
    const allowed = predicate && state.filter.evaluate(predicate, state.index.live);
    const filtered = performance.now();
    const k = query.k ?? SEARCH_OPTIONS.k.default;
    const found = await state.index.search({
      query: target.vector,
      // One more where the record that was asked with may be among the found.
      k: k + (target.except === undefined ? 0 : 1),
      exact: query.exact ?? false,
      effort: query.efSearch,
      oversample: query.oversample ?? SEARCH_OPTIONS.oversample.default,
      allowed,
    });
    const searched = performance.now();
    const { hits, whole } = await fetchHits(state, seen, found, query, parts, target.except);
    const fetchMs = performance.now() - searched;
    return { whole, found, hits, filterMs: filtered - began, searchMs: searched - filtered, fetchMs };
  });
  if (!query.explain) return hits;
  const timesMs = {
    embed: embedded - started,
    filter: filterMs,
    search: searchMs,
    fetch: fetchMs,
    total: performance.now() - started,
  };
  return Object.assign(hits, { explain: explain(found, timesMs) });
}

function explain(found: SegmentFound, timesMs: SearchExplanation['timesMs']): SearchExplanation {
  return {
    way: found.way,
    reason: found.reason,
    thread: found.thread,
    records: found.live,
    matches: found.matches,
    efSearch: found.effort,
    candidates: found.candidates,
    distanceComputations: found.distanceComputations,
    unindexed: found.pending,
    timesMs,
  };
}

async function resolveTarget(state: CollectionState, thing: string, query: SearchQuery): Promise<Target> {
  const given = (['vector', 'text', 'id'] as const).filter((key) => query[key] !== undefined);
  if (given.length !== 1) {
    const received = given.length === 0 ? 'none of them' : given.join(' and ');
    throw new VecinoError(
      'QUERY_INVALID',
      `${thing}: expected exactly one of vector, text and id, received ${received}; say what to look near`,
      { details: { expected: ['vector', 'text', 'id'], received: given } },
    );
  }
  if (query.id !== undefined) return storedTarget(state, thing, readId(thing, query.id));
  if (query.vector !== undefined) {
    const vector = readVector(thing, query.vector, state.dimension, state.metric);
    return { vector, except: undefined };
  }
  if (typeof query.text !== 'string') {
    const received = describeValue(query.text);
    throw new VecinoError(
      'QUERY_INVALID',
      `${thing}: text is ${received}, expected a string; to look near a vector give it as vector`,
      { details: { expected: 'a string', received } },
    );
  }
  const embedding = state.requireEmbedding('searching by text');
  const [embedded] = await embed(thing, embedding, [query.text], 'query');
  const embeddedBy = `${thing}: text, embedded by "${embedding.name}"`;
  const vector = readVector(embeddedBy, embedded, state.dimension, state.metric);
  return { vector, except: undefined };
}

function storedTarget(state: CollectionState, thing: string, id: string): Target {
  const row = state.store.reader.rowsOfIds(state.id, [id], ['vector'])[0];
  if (row?.vector) return { vector: row.vector, except: id };
  throw new VecinoError(
    'RECORD_NOT_FOUND',
    `${thing}: no record has the id ${quoted(id)}; look near a vector or a text instead`,
    {
      details: { id },
    },
  );
}

/** Turns slots into hits. Not whole where a record has changed since the index looked. */
async function fetchHits(
  state: CollectionState,
  seen: number,
  found: SegmentFound,
  { k = SEARCH_OPTIONS.k.default, minScore = Number.NEGATIVE_INFINITY }: SearchQuery,
  parts: readonly Part[],
  except: string | undefined,
): Promise<Read & { readonly hits: Hit<AnyMetadata>[] }> {
  const hits: Hit<AnyMetadata>[] = [];
  let whole = true;
  const slice = new TimeSlice();
  for (let from = 0; from < found.slots.length; from += ROWS) {
    const slots = found.slots.subarray(from, from + ROWS);
    const ids = state.idsOf(slots);
    // Ids alone are at hand. Where something was written meanwhile, only the rows tell of when they are.
    const isUnchanged = !state.isShowing && state.index.seen === seen;
    const rows =
      parts.length === 0 && isUnchanged ? undefined : state.store.reader.rows(state.id, slots, parts);
    for (const [i, id] of ids.entries()) {
      const row = rows?.[i];
      const known = id !== undefined && state.index.live.has(slots[i] ?? 0);
      if (!known || (rows && !(isAsOf(seen, row) && row.id === id))) {
        whole = false;
        continue;
      }
      const score = scoreOf(state.metric, found.distances[from + i] ?? Number.POSITIVE_INFINITY);
      if (id === except || hits.length === k || score < minScore) continue;
      hits.push({ id, score, ...(row && partsOf(row)) });
    }
    await slice.pause();
  }
  return { hits, whole };
}
