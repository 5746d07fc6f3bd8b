import type { AnyMetadata } from '../../api/metadata.ts';
import type { SearchResult } from '../../api/search.ts';
import { present } from '../../base/assert.ts';
import { VecinoError } from '../../base/errors.ts';
import { describeValue } from '../../base/options.ts';
import { TimeSlice } from '../../base/time-slice.ts';
import type { CollectionState } from '../collection-state.ts';
import { type Answer, answerQueries } from './answer-queries.ts';
import { encodePage } from './page-token.ts';
import { requireOwnEffort } from './query-effort.ts';
import { type ReadQuery, readQuery } from './read-query.ts';
import { resolveLegs } from './resolve-legs.ts';

/** Queries answered from one state of the collection; between two groups writes may come in. */
const GROUP = 256;

/** Answers a query: resolve what to look for, ask the legs, choose, and fetch the hits. */
export async function searchRecords(
  state: CollectionState,
  input: unknown,
): Promise<SearchResult<AnyMetadata>> {
  const started = performance.now();
  const read = readQuery(state, `search in ${state.thing}`, input, requireOwnEffort);
  const asked = await resolveLegs(state, [read]);
  const [answer] = await answerQueries(state, asked, performance.now() - started, false);
  return withNext(read, present(answer, 'the answer'));
}

/** Answers many queries, each with its own options, on all threads. */
export async function searchManyRecords(
  state: CollectionState,
  inputs: unknown,
): Promise<SearchResult<AnyMetadata>[]> {
  const thing = `searchMany in ${state.thing}`;
  if (!Array.isArray(inputs)) {
    const received = describeValue(inputs);
    throw new VecinoError('QUERY_INVALID', `${thing}: queries is ${received}, expected an array of queries`, {
      details: { expected: 'an array', received },
    });
  }
  // Everything that is wrong is said before anything is embedded.
  const reads = Array.from(inputs as unknown[], (input, i) =>
    readQuery(state, `${thing}: query ${i}`, input, requireOwnEffort),
  );
  const results: SearchResult<AnyMetadata>[] = [];
  const slice = new TimeSlice();
  for (let from = 0; from < reads.length; from += GROUP) {
    const started = performance.now();
    const asked = await resolveLegs(state, reads.slice(from, from + GROUP));
    const answers = await answerQueries(state, asked, performance.now() - started, true);
    for (const [i, answer] of answers.entries()) {
      results.push(withNext(present(asked[i], 'a query').read, answer));
    }
    await slice.pause();
  }
  return results;
}

/** A result with the token of the page behind it, where there is one. */
function withNext({ page }: ReadQuery, { result, end }: Answer): SearchResult<AnyMetadata> {
  return page && end ? Object.assign(result, { next: encodePage(page.owner, end) }) : result;
}
