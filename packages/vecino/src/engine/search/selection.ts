import { LIMITS } from '../../api/limits.ts';
import type { BitSet } from '../../base/bit-set.ts';
import type { Matches } from '../../filter/answers.ts';
import { groupsOf, ofGroups, type SlotGroup, type ValueAt } from './group.ts';
import { atLeast, cut, merged, NOTHING, type Ranking, without } from './ranking.ts';

/** What is asked of the legs of a query in one round. */
export interface Wanted {
  readonly depth: number;
  readonly allowed: Matches | undefined;
}

/**
 * Chooses the records of one answer from what the legs rank, round by round: who needs more than the first
 * ranking says so in `wanted`.
 */
export interface Selection {
  /** What the next round is to bring; undefined when nothing is wanted any more. */
  readonly wanted: Wanted | undefined;
  /** Takes what a round has brought. */
  take(ranking: Ranking): void;
  /** The records of the answer, or the candidates of a second stage. */
  readonly chosen: Ranking;
  /** The groups that they make, where groups were wanted. */
  readonly groups: readonly SlotGroup[] | undefined;
}

/** Which records a query may be answered with. */
export interface Scope {
  /** What the filter lets pass; everything live where absent. */
  readonly allowed: Matches | undefined;
  readonly live: BitSet;
  /** What is no answer although the filter lets it pass. */
  readonly excluded: BitSet;
  readonly minScore: number;
}

/**
 * Up to so many records that are no answer are asked for as well and then left out, which leaves the index its
 * quick ways; more of them are kept out by a bitmap, as a filter does it.
 */
const LEFT_OUT_MAX = 200;

/** The first `count` of the ranking that are not excluded. */
export class FirstRecords implements Selection {
  wanted: Wanted | undefined;
  chosen: Ranking = NOTHING;
  readonly groups = undefined;
  private readonly count: number;
  private readonly scope: Scope;

  constructor(count: number, scope: Scope) {
    this.count = count;
    this.scope = scope;
    const { allowed, excluded } = scope;
    const leftOut = excluded.count();
    this.wanted =
      leftOut <= LEFT_OUT_MAX
        ? { depth: count + leftOut, allowed }
        : { depth: count, allowed: lessOf(scope, excluded) };
  }

  take(ranking: Ranking): void {
    this.wanted = undefined;
    const { excluded, minScore } = this.scope;
    this.chosen = cut(atLeast(without(ranking, excluded), minScore), this.count);
  }
}

/** What a {@link BestGroups} knows of metadata. */
export interface GroupColumn {
  readonly valueAt: ValueAt;
  /** Slots that have a value. */
  existing(): BitSet;
  /** Slots that have one of these values. */
  among(values: readonly SlotGroup['value'][]): BitSet;
}

/** Records of the first round, as a multiple of those in the answer. */
const FIRST_ROUND = { times: 2, min: 32 } as const;

/**
 * The best records of the best groups. Whatever a round brings is not asked for again, neither are groups that are
 * full: so a group of half the collection costs one round, and the rounds are few.
 */
export class BestGroups implements Selection {
  wanted: Wanted | undefined;
  chosen: Ranking = NOTHING;
  groups: readonly SlotGroup[] = [];
  private readonly count: number;
  private readonly size: number;
  private readonly scope: Scope;
  private readonly column: GroupColumn;
  private readonly seen: BitSet;

  constructor(count: number, size: number, scope: Scope, column: GroupColumn) {
    this.count = count;
    this.size = size;
    this.scope = scope;
    this.column = column;
    this.seen = scope.excluded.clone();
    const without = (scope.allowed?.slots ?? scope.live).clone().subtract(column.existing());
    this.seen.union(without);
    const depth = Math.max(FIRST_ROUND.min, count * size * FIRST_ROUND.times);
    this.wanted = { depth: Math.min(depth, LIMITS.kMax), allowed: lessOf(scope, this.seen) };
  }

  take(ranking: Ranking): void {
    const { count, size, scope, column } = this;
    const depth = this.wanted?.depth ?? 0;
    const good = atLeast(ranking, scope.minScore);
    this.chosen = merged(this.chosen, good);
    this.seen.addAll(ranking.slots);
    this.groups = groupsOf(this.chosen, column.valueAt, count, size);
    const open = this.groups.filter(({ slots }) => slots.length < size);
    const isEnough = this.groups.length === count && open.length === 0;
    this.wanted =
      isEnough || good.isComplete
        ? undefined
        : { depth: Math.min(LIMITS.kMax, depth * 2), allowed: this.rest(open) };
    if (this.wanted?.allowed?.count === 0) this.wanted = undefined;
    if (!this.wanted) this.chosen = ofGroups(this.chosen, this.groups);
  }

  /** What the answer may still lack. */
  private rest(open: readonly SlotGroup[]): Matches {
    const { count, scope, column, seen } = this;
    const valuesOf = (groups: readonly SlotGroup[]) => groups.map(({ value }) => value);
    if (this.groups.length === count) return lessOf(scope, seen, column.among(valuesOf(open)));
    const full = this.groups.filter((group) => !open.includes(group));
    return lessOf(scope, seen.clone().union(column.among(valuesOf(full))));
  }
}

/** What may be answered, less some slots, and of those given where some are. */
function lessOf({ allowed, live }: Scope, excluded: BitSet, among?: BitSet): Matches {
  const slots = (allowed?.slots ?? live).clone().subtract(excluded);
  if (among) slots.intersect(among);
  return { slots, count: slots.count() };
}
