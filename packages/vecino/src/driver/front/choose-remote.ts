import { LIMITS } from '../../api/limits.ts';
import type { HitScores } from '../../api/search.ts';
import { present } from '../../base/assert.ts';
import { groupsOf, ofGroups, type SlotGroup } from '../../engine/search/group.ts';
import { atLeast, cut, merged, type Ranking } from '../../engine/search/ranking.ts';
import type { Predicate } from '../../filter/predicate.ts';
import type { Sides } from './rank-sides.ts';
import { hashOf, type RemotePosition, tooManyPages } from './remote-page.ts';
import type { RemoteQuery } from './resolve-targets.ts';
import { unsupported } from './unsupported.ts';

/** The records of an answer, or the candidates of a second stage. */
export interface Chosen {
  readonly ranking: Ranking;
  readonly groups?: readonly SlotGroup[];
  /** Where several sides are fused: what each says of a record. */
  readonly sides?: ReadonlyMap<number, HitScores> | undefined;
}

/** What a query chooses from. */
export interface Choosing {
  readonly engine: string;
  readonly read: RemoteQuery;
  readonly sides: Sides;
  /** Ids of records that are no answer. */
  readonly except: readonly string[];
  /** What the pages before have had. */
  readonly position: RemotePosition | undefined;
}

/** Records of the first round of groups, as a multiple of those in the answer; each further one goes deeper. */
const FIRST_ROUND = { times: 2, min: 32 } as const;
const DEEPER = 4;
/** As deep as that it is cheaper to keep out the groups that are known than to ask again for more. */
const DEEPER_MAX = 1_000;
/** Groups that are filled at the same time: connections are shared with others. */
const AT_ONCE = 8;

/** The first of a ranking, without what the pages before have had. */
export async function chooseFirst(choosing: Choosing, count: number): Promise<Chosen> {
  const { sides, read, except, position, engine } = choosing;
  const minScore = lowestOf(read);
  const round = { predicate: read.predicate, except };
  if (!position) {
    const ranking = await sides.rank({ ...round, depth: count });
    return { ranking: cut(atLeast(ranking, minScore), count), sides: ranking.sides };
  }
  const isNew = (ordinal: number) => {
    const { id, seq } = sides.known.at(ordinal);
    return seq <= position.seq && !position.given.has(hashOf(id));
  };
  // What was written since the first page is ranked too, and nobody knows how much that is.
  for (let extra = position.given.size; ; extra = extra * 2 + count) {
    const depth = Math.min(LIMITS.kMax, count + extra);
    const ranked = await sides.rank({ ...round, depth });
    const fresh = only(atLeast(ranked, minScore), isNew);
    if (fresh.slots.length >= count || fresh.isComplete) {
      return { ranking: cut(fresh, count), sides: ranked.sides };
    }
    if (depth === LIMITS.kMax) throw tooManyPages(read.thing, engine, LIMITS.kMax);
  }
}

/**
 * The best records of the best groups. Rounds go deeper first. Where that is not enough, the records of unknown groups
 * are asked for, the known ones kept out by a filter, and then those of each group that is not full: so a group of half
 * the collection costs one round. Fused ranks depend on what else is ranked, so there rounds only go deeper, and what
 * lies behind the deepest is refused.
 */
export async function chooseGroups({ engine, read, sides, except }: Choosing): Promise<Chosen> {
  const { path, hits: size } = present(read.groupBy, 'groups');
  const count = read.k;
  const valueAt = sides.known.valuesAt(path);
  const having = both(read.predicate, { kind: 'exists', path });
  const minScore = lowestOf(read);
  const deepest = read.fusion ? LIMITS.kMax : DEEPER_MAX;
  const ask = async (depth: number, predicate: Predicate) => {
    const fused = await sides.rank({ depth, predicate, except });
    return { ranking: atLeast(fused, minScore), sides: fused.sides };
  };
  const isEnough = (groups: readonly SlotGroup[]) =>
    groups.length === count && groups.every(({ slots }) => slots.length === size);

  let depth = Math.min(LIMITS.kMax, Math.max(FIRST_ROUND.min, count * size * FIRST_ROUND.times));
  for (;;) {
    const { ranking, sides: said } = await ask(depth, having);
    const groups = groupsOf(ranking, valueAt, count, size);
    if (isEnough(groups) || ranking.isComplete)
      return { ranking: ofGroups(ranking, groups), groups, sides: said };
    if (depth >= deepest) {
      if (read.fusion) throw tooDeep(read.thing, engine);
      return completed(ranking);
    }
    depth = Math.min(Math.max(deepest, depth), depth * DEEPER);
  }

  async function completed(first: Ranking): Promise<Chosen> {
    let all = first;
    for (;;) {
      const groups = groupsOf(all, valueAt, count, 1);
      if (groups.length === count) break;
      const known: Predicate = { kind: 'in', path, values: groups.map(({ value }) => value) };
      const { ranking } = await ask(depth, both(having, { kind: 'not', part: known }));
      all = merged(all, ranking);
      if (ranking.isComplete) break;
    }
    const groups = groupsOf(all, valueAt, count, size);
    const open = groups.filter(({ slots }) => slots.length < size);
    for (let from = 0; from < open.length; from += AT_ONCE) {
      const filling = open
        .slice(from, from + AT_ONCE)
        .map(({ value }) => both(having, { kind: 'in', path, values: [value] }));
      for (const { ranking } of await Promise.all(filling.map((one) => ask(size, one)))) {
        const met = new Set(all.slots);
        all = merged(
          all,
          only(ranking, (ordinal) => !met.has(ordinal)),
        );
      }
    }
    const whole = groupsOf(all, valueAt, count, size);
    return { ranking: ofGroups(all, whole), groups: whole };
  }
}

/** Reranking gives scores of its own. */
function lowestOf({ rerank, query }: RemoteQuery): number {
  return rerank ? Number.NEGATIVE_INFINITY : (query.minScore ?? Number.NEGATIVE_INFINITY);
}

function both(one: Predicate | undefined, other: Predicate): Predicate {
  return one ? { kind: 'and', parts: [one, other] } : other;
}

/** The part of a ranking that passes. */
function only({ slots, scores, isComplete }: Ranking, passes: (ordinal: number) => boolean): Ranking {
  const kept = Array.from(slots.keys()).filter((place) => passes(slots[place] ?? 0));
  return {
    slots: Uint32Array.from(kept, (place) => slots[place] ?? 0),
    scores: Float64Array.from(kept, (place) => scores[place] ?? Number.NaN),
    isComplete,
  };
}

function tooDeep(thing: string, engine: string) {
  return unsupported(
    thing,
    engine,
    `groups behind the first ${LIMITS.kMax} records of a fused ranking`,
    'ask for fewer groups, or near a vector alone',
  );
}
