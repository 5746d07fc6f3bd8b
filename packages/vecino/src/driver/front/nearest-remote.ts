import type { AnyMetadata } from '../../api/metadata.ts';
import { type Hit, NEAREST_OPTIONS, type NearestQuery } from '../../api/search.ts';
import { readOptions } from '../../base/options.ts';
import { embedQueries } from '../../engine/search/embed-queries.ts';
import { readQuery } from '../../engine/search/read-query.ts';
import { requireEffort } from './rank-sides.ts';
import type { RemotePosition } from './remote-page.ts';
import type { RemoteState } from './remote-state.ts';
import { resolveTargets } from './resolve-targets.ts';
import { answerRemote } from './search-remote.ts';

/** Hits read in one go: few at first, for many loops end soon. */
const FIRST = 16;
const MOST = 1_024;

/** Hits best first, as many as are taken, in portions that are pages; between two of them nothing is held. */
export async function* nearestRemote(
  state: RemoteState,
  input: unknown,
): AsyncGenerator<Hit<AnyMetadata>, void, undefined> {
  const thing = `nearest in ${state.thing}`;
  state.requireOpen();
  const query = readOptions<NearestQuery>(thing, NEAREST_OPTIONS, input as NearestQuery | undefined);
  const read = readQuery(state, thing, { ...query, page: true }, (field, where, asked) =>
    requireEffort(state, field, where, asked),
  );
  const target = await resolveTargets(state, read, await embedQueries(state, [read]));
  let position: RemotePosition | undefined;
  for (let k = FIRST; ; k = Math.min(MOST, k * 2)) {
    state.requireOpen();
    const { result, end } = await answerRemote(state, { ...read, k }, target, position);
    yield* result;
    if (!end) return;
    position = end;
  }
}
