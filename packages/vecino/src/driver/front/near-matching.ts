import type { JsonObject } from '../../api/metadata.ts';
import { matches } from '../../filter/matches.ts';
import type { NearQuestion, ScoredRow } from './backend.ts';

/** Hits of the first question, as a multiple of those wanted; each further one asks for so many times more. */
const DEEPER = 4;

/**
 * The nearest that a filter lets pass, where the engine cannot say all of the filter: it is asked for more and more of
 * what matches the part that it can say, and what does not match the whole is left out, until there are enough or the
 * engine has no more. So the answer has min(k, matches) hits, as in a folder. `undefined` where so many do not match
 * that the engine would have to answer more than it can: then everything that matches has to be compared, or refused.
 *
 * @param ask the nearest that match at least, best first, with their metadata; fewer than asked for only if there are
 * no others
 * @param depthMax as many as the engine can answer
 */
export async function nearMatching(
  { predicate, depth }: Pick<NearQuestion, 'predicate' | 'depth'>,
  depthMax: number,
  ask: (depth: number) => Promise<readonly ScoredRow[]>,
): Promise<ScoredRow[] | undefined> {
  for (let wanted = predicate ? depth * DEEPER : depth; ; wanted *= DEEPER) {
    const asked = Math.min(wanted, depthMax);
    const rows = await ask(asked);
    const matching = predicate
      ? rows.filter(({ metadata = '{}' }) => matches(predicate, JSON.parse(metadata) as JsonObject))
      : [...rows];
    if (matching.length >= depth || rows.length < asked) return matching.slice(0, depth);
    if (asked === depthMax) return undefined;
  }
}
