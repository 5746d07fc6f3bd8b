import type { AnyMetadata } from '../../api/metadata.ts';
import { type Hit, NEAREST_OPTIONS, type NearestQuery } from '../../api/search.ts';
import { present } from '../../base/assert.ts';
import { readOptions } from '../../base/options.ts';
import type { CollectionState } from '../collection-state.ts';
import { answerQueries } from './answer-queries.ts';
import { requireOwnEffort } from './query-effort.ts';
import { type ReadPage, readQuery } from './read-query.ts';
import { resolveLegs } from './resolve-legs.ts';

/** Hits read in one go: few at first, for many loops end soon. */
const FIRST = 16;
const MOST = 1_024;

/**
 * Hits best first, as many as are taken. They come in portions, each the best of what has not come yet; between two
 * portions nothing is held but a bitmap of slots, so that a loop may pause for as long as it likes, or end. What
 * is written meanwhile is treated as by pages.
 *
 * @param reading answers a question about the collection as it is then
 */
export async function* nearestRecords(
  state: CollectionState,
  input: unknown,
  reading: <T>(read: () => Promise<T>) => Promise<T>,
): AsyncGenerator<Hit<AnyMetadata>, void, undefined> {
  const thing = `nearest in ${state.thing}`;
  const query = readOptions<NearestQuery>(thing, NEAREST_OPTIONS, input as NearestQuery | undefined);
  // What is asked is compared with the vectors of one model: it is made anew where these are exchanged.
  const resolve = async () => {
    const { generation } = state.exchange;
    const read = readQuery(state, thing, { ...query, page: true }, requireOwnEffort);
    const [asked] = await resolveLegs(state, [read]);
    return { generation, read, asked: present(asked, 'what to look for') };
  };
  let question = await reading(resolve);
  const { owner } = present(question.read.page, 'the first page');
  let page: ReadPage = { owner };
  for (let k = FIRST; ; k = Math.min(MOST, k * 2)) {
    const [answer] = await reading(async () => {
      if (question.generation !== state.exchange.generation) question = await resolve();
      const { read, asked } = question;
      return answerQueries(state, [{ ...asked, read: { ...read, k, page } }], 0, false);
    });
    const { result, end } = present(answer, 'a portion');
    yield* result;
    if (!end) return;
    page = { owner, position: end };
  }
}
