import type { Capability } from '../../api/capabilities.ts';
import type { Facet } from '../../api/facets.ts';
import type { AnyMetadata } from '../../api/metadata.ts';
import type { HitScores, SearchResult } from '../../api/search.ts';
import { present } from '../../base/assert.ts';
import { VecinoError } from '../../base/errors.ts';
import { describeValue } from '../../base/options.ts';
import { type Embedded, embedQueries } from '../../engine/search/embed-queries.ts';
import { type Ranking, reordered } from '../../engine/search/ranking.ts';
import { readQuery } from '../../engine/search/read-query.ts';
import { rerankScores } from '../../engine/search/rerank.ts';
import { type Chosen, chooseFirst, chooseGroups } from './choose-remote.ts';
import { requireEffort, Sides } from './rank-sides.ts';
import { neededParts, refineRemote } from './refine-remote.ts';
import type { RemoteField } from './remote-field.ts';
import { decodeRemotePage, encodeRemotePage, hashOf, type RemotePosition } from './remote-page.ts';
import type { RemoteState } from './remote-state.ts';
import { hitOf } from './remote-view.ts';
import { type RemoteQuery, resolveTargets, type Target } from './resolve-targets.ts';
import { requireCapability } from './unsupported.ts';

/** Searches of one call that run at the same time at most: connections are shared with others. */
const AT_ONCE = 8;

/** An answer, and what it and the pages before it have had; absent behind the last page, and without pages. */
export interface RemoteAnswer {
  readonly result: SearchResult<AnyMetadata>;
  readonly end: RemotePosition | undefined;
}

/** A query whose form is right, and where its page begins. */
interface Read {
  readonly read: RemoteQuery;
  readonly position: RemotePosition | undefined;
}

export async function searchRemote(state: RemoteState, input: unknown): Promise<SearchResult<AnyMetadata>> {
  const read = readRemote(state, `search in ${state.thing}`, input);
  return searched(state, read, await embedQueries(state, [read.read]));
}

export async function searchManyRemote(
  state: RemoteState,
  inputs: unknown,
): Promise<SearchResult<AnyMetadata>[]> {
  const thing = `searchMany in ${state.thing}`;
  if (!Array.isArray(inputs)) {
    const received = describeValue(inputs);
    throw new VecinoError('QUERY_INVALID', `${thing}: queries is ${received}, expected an array of queries`, {
      details: { expected: 'an array', received },
    });
  }
  const reads = Array.from(inputs as unknown[], (input, i) =>
    readRemote(state, `${thing}: query ${i}`, input),
  );
  const embedded = await embedQueries(
    state,
    reads.map(({ read }) => read),
  );
  const results = new Array<SearchResult<AnyMetadata>>(reads.length);
  const waiting = reads.entries();
  const work = async () => {
    for (const [i, read] of waiting) results[i] = await searched(state, read, embedded);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, reads.length) }, work));
  return results;
}

async function searched(
  state: RemoteState,
  { read, position }: Read,
  embedded: Embedded<RemoteField>,
): Promise<SearchResult<AnyMetadata>> {
  const target = await resolveTargets(state, read, embedded);
  const { result, end } = await answerRemote(state, read, target, position);
  return read.page && end ? Object.assign(result, { next: encodeRemotePage(read.page.owner, end) }) : result;
}

function readRemote(state: RemoteState, thing: string, input: unknown): Read {
  const page: unknown = (input as { readonly page?: unknown } | null | undefined)?.page;
  // Tokens are not those of folders: the query is read as that of a first page.
  const query = typeof page === 'string' ? { ...(input as object), page: true } : input;
  const read = readQuery(state, thing, query, (field, where, asked) =>
    requireEffort(state, field, where, asked),
  );
  for (const capability of neededBy(read)) requireCapability(thing, state.backend.capabilities, capability);
  const position =
    typeof page === 'string' && read.page ? decodeRemotePage(thing, read.page.owner, page) : undefined;
  return { read, position };
}

/** What a query asks of an engine beyond the nearest records. */
function neededBy({ query, groupBy, diversify, facets, page, words, examples }: RemoteQuery): Capability[] {
  const needed: readonly (readonly [Capability, unknown])[] = [
    ['groupBy', groupBy],
    ['diversify', diversify],
    ['facets', facets.length > 0],
    ['pages', page],
    ['fullText', words],
    ['bestScore', examples?.strategy === 'bestScore'],
    ['exact', query.exact],
    ['explain', query.explain],
    ['recall', query.recall !== undefined],
    ['measureRecall', query.measureRecall],
  ];
  return needed.flatMap(([capability, isAsked]) => (isAsked ? [capability] : []));
}

export async function answerRemote(
  state: RemoteState,
  read: RemoteQuery,
  target: Target,
  position: RemotePosition | undefined,
): Promise<RemoteAnswer> {
  const { k, rerank, diversify, groupBy, page } = read;
  const seq =
    page && (position?.seq ?? present(await state.backend.latestChange?.(state.stored), 'a number'));
  const sides = new Sides(state, read, target, neededParts(state, read));
  const choosing = {
    engine: state.backend.capabilities.engine,
    read,
    sides,
    except: target.except,
    position,
  };
  const candidates = Math.max(rerank?.candidates ?? 0, diversify?.candidates ?? 0);
  const choosingAll =
    groupBy && candidates === 0
      ? chooseGroups(choosing)
      : // One more tells whether there is another page.
        chooseFirst(choosing, Math.max(k + (page ? 1 : 0), candidates));
  const [chosen, facets] = await Promise.all([choosingAll, facetsOf(state, read, sides.now)]);
  const { ranking, groups } = await secondStage(state, read, sides, chosen);
  const hitsOf = (slots: Iterable<number>, scores: (place: number) => number) =>
    Array.from(slots, (slot, place) =>
      hitOf(state, sides.known.at(slot), scores(place), chosen.sides?.get(slot), read.parts),
    );
  const hits = hitsOf(ranking.slots, (place) => ranking.scores[place] ?? Number.NaN);
  const byOrdinal = new Map(groups && hits.map((hit, place) => [ranking.slots[place] ?? 0, hit]));
  const result: SearchResult<AnyMetadata> = Object.assign(hits, {
    ...(groups && {
      groups: groups.map(({ value, slots }) => ({
        value,
        hits: slots.flatMap((slot) => byOrdinal.get(slot) ?? []),
      })),
    }),
    ...(facets && { facets }),
  });
  if (seq === undefined || ranking.isComplete) return { result, end: undefined };
  const given = new Set(position?.given);
  for (const { id } of hits) given.add(hashOf(id));
  return { result, end: { seq, given } };
}

/** What differs, the groups of candidates, and the caller's own scores. */
async function secondStage(
  state: RemoteState,
  read: RemoteQuery,
  sides: Sides,
  chosen: Chosen,
): Promise<Pick<Chosen, 'ranking' | 'groups'>> {
  const { rerank, thing, diversify, k } = read;
  if (!rerank && chosen.groups) return chosen;
  if (!rerank && !diversify && chosen.ranking.slots.length <= k && !read.groupBy) return chosen;
  const { ranking, groups } = rerank
    ? await refineRemote(state, read, sides.known, await rescored(), false)
    : await refineRemote(state, read, sides.known, chosen.ranking, sides.isOfMetric);
  return { ranking, ...(groups && { groups }) };

  async function rescored(): Promise<Ranking> {
    const { slots, isComplete } = chosen.ranking;
    const shown = Array.from(slots, (slot, place): [number, HitScores | undefined] => [
      chosen.ranking.scores[place] ?? Number.NaN,
      chosen.sides?.get(slot),
    ]);
    const hits = shown.map(([score, said], place) =>
      hitOf(state, sides.known.at(slots[place] ?? 0), score, said, [
        ...new Set([...read.parts, 'document', 'metadata'] as const),
      ]),
    );
    const scores = await rerankScores(thing, present(rerank, 'a rerank'), hits);
    return { ...reordered(slots, scores), isComplete };
  }
}

async function facetsOf(
  state: RemoteState,
  { facets, predicate }: RemoteQuery,
  now: number,
): Promise<Readonly<Record<string, Facet>> | undefined> {
  if (facets.length === 0) return undefined;
  return present(await state.records.facets?.({ now, predicate }, facets), 'counts by value');
}
