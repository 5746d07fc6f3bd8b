import type { Capability } from '../../api/capabilities.ts';
import type { AnyMetadata } from '../../api/metadata.ts';
import type { Part } from '../../api/record.ts';
import type { Hit, HitScores, SearchQuery, SearchResult } from '../../api/search.ts';
import { present } from '../../base/assert.ts';
import { VecinoError } from '../../base/errors.ts';
import { describeValue } from '../../base/options.ts';
import { embedQueries } from '../../engine/search/embed-queries.ts';
import { fuse } from '../../engine/search/fuse.ts';
import type { Side } from '../../engine/search/legs.ts';
import type { Ranking } from '../../engine/search/ranking.ts';
import { readQuery } from '../../engine/search/read-query.ts';
import { rerankScores } from '../../engine/search/rerank.ts';
import type { RemoteRow, ScoredRow } from './backend.ts';
import type { RemoteField } from './remote-field.ts';
import type { RemoteState } from './remote-state.ts';
import { hitOf } from './remote-view.ts';
import { type RemoteQuery, resolveTargets, type Target } from './resolve-targets.ts';
import { requireCapability } from './unsupported.ts';

/** Searches of one call that run at the same time at most: connections are shared with others. */
const AT_ONCE = 8;

/** What a rerank function sees of each hit at least. */
const RERANKED_BY: readonly Part[] = ['document', 'metadata'];

/** What one side of a query has found. */
interface SideRows {
  readonly side: Side;
  readonly rows: readonly ScoredRow[];
  readonly depth: number;
}

interface Ranked {
  readonly row: RemoteRow;
  readonly score: number;
  readonly scores: HitScores | undefined;
}

export async function searchRemote(state: RemoteState, input: unknown): Promise<SearchResult<AnyMetadata>> {
  const read = readRemote(state, `search in ${state.thing}`, input);
  return answer(state, read, await resolveTargets(state, read, await embedQueries(state, [read])));
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
  const embedded = await embedQueries(state, reads);
  const results = new Array<SearchResult<AnyMetadata>>(reads.length);
  const waiting = reads.entries();
  const work = async () => {
    for (const [i, read] of waiting) {
      results[i] = await answer(state, read, await resolveTargets(state, read, embedded));
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, reads.length) }, work));
  return results;
}

function readRemote(state: RemoteState, thing: string, input: unknown): RemoteQuery {
  const read = readQuery(state, thing, input, (field, where, query) =>
    requireEffort(state, field, where, query),
  );
  for (const capability of neededBy(read)) requireCapability(thing, state.backend.capabilities, capability);
  return read;
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

/** The efforts of families, and the one that the index of a field understands. */
const EFFORTS = ['efSearch', 'nprobe', 'probes', 'oversample'] as const;

function effortOptionOf(state: RemoteState, field: RemoteField): (typeof EFFORTS)[number] | undefined {
  const { family } = state.settings.serving(field.stored).serving.options;
  return family === 'hnsw' ? 'efSearch' : family === 'ivf' ? 'nprobe' : undefined;
}

function requireEffort(state: RemoteState, field: RemoteField, thing: string, query: SearchQuery): void {
  const own = effortOptionOf(state, field);
  const foreign = EFFORTS.find((option) => query[option] !== undefined && option !== own);
  if (foreign === undefined || query.exact || own === undefined) return;
  const expected = `${own}, the effort of the index that serves`;
  throw new VecinoError(
    'QUERY_INVALID',
    `${thing}: ${foreign} is an option of another index, expected ${expected}; leave it out, or give exact`,
    { details: { option: foreign, expected: own } },
  );
}

async function answer(
  state: RemoteState,
  read: RemoteQuery,
  { vectors, except }: Target,
): Promise<SearchResult<AnyMetadata>> {
  const { k, rerank, fusion, predicate, words, query } = read;
  const wanted = rerank ? Math.max(k, rerank.candidates) : k;
  const depth = fusion ? Math.max(wanted, fusion.candidates) : wanted;
  const parts = rerank ? [...new Set([...read.parts, ...RERANKED_BY])] : read.parts;
  const scope = { now: state.expiry.now(), predicate, depth, except, parts };
  const asked: Promise<SideRows>[] = vectors.map(async ({ field, vector }): Promise<SideRows> => {
    const option = effortOptionOf(state, field);
    const effort = option && query[option];
    const place = state.fields.indexOf(field);
    const exact = query.exact ?? false;
    const rows = await state.records.near({ ...scope, field: place, vector, exact, effort });
    return { side: { kind: 'vector', field }, rows, depth };
  });
  if (words) {
    // Whatever has no term finds nothing.
    const found = words.terms.length === 0 ? Promise.resolve([]) : state.records.words?.({ ...scope, words });
    asked.push(present(found, 'a search by words').then((rows) => ({ side: { kind: 'fullText' }, rows, depth })));
  }
  const ranked = rank(await Promise.all(asked), read);
  if (rerank) return reranked(state, read, ranked.slice(0, rerank.candidates));
  const chosen = ranked
    .filter(({ score }) => score >= (query.minScore ?? Number.NEGATIVE_INFINITY))
    .slice(0, k);
  return chosen.map(({ row, score, scores }) => hitOf(state, row, score, scores));
}

/** Makes one ranking of what the sides have found. Rows are known by the order in which they first appear. */
function rank(sides: readonly SideRows[], { fusion }: RemoteQuery): Ranked[] {
  const rows: RemoteRow[] = [];
  const ordinals = new Map<string, number>();
  const answers = sides.map(({ side, rows: found, depth }) => {
    const slots = Uint32Array.from(found, (row) => {
      const known = ordinals.get(row.id) ?? rows.push(row) - 1;
      ordinals.set(row.id, known);
      return known;
    });
    const scores = Float64Array.from(found, ({ score }) => score);
    const ranking: Ranking = { slots, scores, isComplete: found.length < depth };
    return { leg: side, ranking };
  });
  const fused = fuse(answers, fusion);
  return Array.from(fused.slots, (slot, place) => ({
    row: present(rows[slot], 'a row'),
    score: fused.scores[place] ?? Number.NaN,
    scores: fused.sides?.get(slot),
  }));
}

/** Has the caller's function score the candidates, and makes the answer of them. */
async function reranked(
  state: RemoteState,
  { thing, rerank, parts, k, query }: RemoteQuery,
  candidates: readonly Ranked[],
): Promise<SearchResult<AnyMetadata>> {
  const hits = candidates.map(({ row, score, scores }) => hitOf(state, row, score, scores));
  const scores = await rerankScores(thing, present(rerank, 'a rerank'), hits);
  return hits
    .map((hit, i) => ({ ...hit, score: scores[i] ?? Number.NaN }))
    .sort((a, b) => b.score - a.score)
    .filter(({ score }) => score >= (query.minScore ?? Number.NEGATIVE_INFINITY))
    .slice(0, k)
    .map((hit) => withParts(hit, parts));
}

/** A hit with those parts only that the caller has asked for. */
function withParts(hit: Hit<AnyMetadata>, parts: readonly Part[]): Hit<AnyMetadata> {
  const kept = Object.entries(hit).filter(
    ([key]) => !RERANKED_BY.includes(key as Part) || parts.includes(key as Part),
  );
  return Object.fromEntries(kept) as unknown as Hit<AnyMetadata>;
}
