import { FACET_OPTIONS, type FacetRequest } from '../../api/facets.ts';
import { LIMITS } from '../../api/limits.ts';
import {
  CANDIDATES,
  DIVERSIFY_OPTIONS,
  type DiversifyOptions,
  GROUP_BY_OPTIONS,
  type GroupByOptions,
} from '../../api/refine.ts';
import {
  RERANK_OPTIONS,
  type RerankFunction,
  type RerankOptions,
  type SearchQuery,
} from '../../api/search.ts';
import { VecinoError } from '../../base/errors.ts';
import { describeValue, quoted, readOptions } from '../../base/options.ts';

/** What a query asks for beyond the k best records, with all defaults filled in. */
export interface Refinements {
  readonly diversify: Required<DiversifyOptions> | undefined;
  readonly groupBy: Required<GroupByOptions> | undefined;
  readonly rerank: (RerankOptions & { readonly candidates: number }) | undefined;
  readonly facets: readonly Required<FacetRequest>[];
}

/** Validates what comes after the first stage. */
export function readRefinements(thing: string, query: SearchQuery, k: number): Refinements {
  const candidates = Math.min(LIMITS.kMax, Math.max(CANDIDATES.min, CANDIDATES.timesK * k));
  return {
    diversify: readDiversify(thing, query.diversify, candidates),
    groupBy: readGroupBy(thing, query.groupBy, k),
    rerank: readRerank(thing, query.rerank, candidates),
    facets: readFacets(thing, query.facets),
  };
}

function readDiversify(
  thing: string,
  diversify: unknown,
  candidates: number,
): Required<DiversifyOptions> | undefined {
  if (diversify === undefined || diversify === false) return undefined;
  const options = diversify === true ? {} : (diversify as DiversifyOptions);
  const { lambda = DIVERSIFY_OPTIONS.lambda.default, ...rest } = readOptions<DiversifyOptions>(
    `${thing}: diversify`,
    DIVERSIFY_OPTIONS,
    options,
  );
  return { candidates, ...rest, lambda };
}

function readGroupBy(thing: string, groupBy: unknown, k: number): Required<GroupByOptions> | undefined {
  if (groupBy === undefined) return undefined;
  const options = typeof groupBy === 'string' ? { path: groupBy } : (groupBy as GroupByOptions);
  const where = `${thing}: groupBy`;
  const { path, hits = GROUP_BY_OPTIONS.hits.default } = readOptions<GroupByOptions>(
    where,
    GROUP_BY_OPTIONS,
    options,
  );
  if (k * hits > LIMITS.kMax) {
    throw new VecinoError(
      'OPTION_OUT_OF_RANGE',
      `${where}: ${k} groups of ${hits} hits are ${k * hits}, expected at most ${LIMITS.kMax}; ask for fewer groups (k) or fewer hits of each`,
      { details: { option: 'groupBy', max: LIMITS.kMax, received: k * hits } },
    );
  }
  return { path: readPath(where, path), hits };
}

function readRerank(thing: string, rerank: unknown, candidates: number): Refinements['rerank'] {
  if (rerank === undefined) return undefined;
  const where = `${thing}: rerank`;
  const given = typeof rerank === 'function' ? { by: rerank as RerankFunction } : (rerank as RerankOptions);
  const options = readOptions<RerankOptions>(where, RERANK_OPTIONS, given);
  if (typeof options.by !== 'function') throw invalid(where, 'by', 'a function', options.by);
  if (options.signal !== undefined && !(options.signal instanceof AbortSignal)) {
    throw invalid(where, 'signal', 'an AbortSignal', options.signal);
  }
  return { candidates, ...options };
}

function readFacets(thing: string, facets: unknown): readonly Required<FacetRequest>[] {
  if (facets === undefined) return [];
  const where = `${thing}: facets`;
  if (!Array.isArray(facets)) {
    throw invalid(thing, 'facets', 'an array of metadata paths or { path, limit }', facets);
  }
  const requests = Array.from(facets as unknown[], (facet) => {
    const given = typeof facet === 'string' ? { path: facet } : (facet as FacetRequest);
    const options = readOptions<FacetRequest>(where, FACET_OPTIONS, given);
    const { path, limit = FACET_OPTIONS.limit.default } = options;
    return { path: readPath(where, path), limit };
  });
  const paths = requests.map(({ path }) => path);
  const double = paths.find((path, i) => paths.indexOf(path) < i);
  if (double === undefined) return requests;
  throw new VecinoError(
    'OPTION_INVALID',
    `${where}: the path ${quoted(double)} is named twice, expected each once; counts are told by path`,
    { details: { option: 'facets', received: quoted(double) } },
  );
}

/** A path as a filter could name it. */
function readPath(where: string, path: unknown): string {
  if (typeof path === 'string' && !path.startsWith('$') && !path.split('.').includes('')) return path;
  const received = typeof path === 'string' && path !== '' ? quoted(path) : describeValue(path);
  throw new VecinoError(
    'OPTION_INVALID',
    `${where}: path is ${received}, expected the path of a metadata field, keys joined by single dots`,
    { details: { option: 'path', received } },
  );
}

function invalid(where: string, option: string, expected: string, value: unknown): VecinoError {
  const received = describeValue(value);
  return new VecinoError('OPTION_INVALID', `${where}: ${option} is ${received}, expected ${expected}`, {
    details: { option, expected, received },
  });
}
