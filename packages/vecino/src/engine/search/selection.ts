import { LIMITS } from '../../api/limits.ts';
import type { BitSet } from '../../base/bit-set.ts';
import type { Matches } from '../../filter/answers.ts';
import { groupsOf, ofGroups, type SlotGroup, type ValueAt } from './group.ts';
import { atLeast, cut, merged, NOTHING, type Ranking, without } from './ranking.ts';

/** What is asked of the legs of a query in one round. */
export interface Wanted {
  readonly depth: number;
  readonly allowed: Matches | undefined;
  /** Whether that is ranked behind what came before; otherwise the ranking begins anew, and goes deeper. */
  readonly isBehind?: boolean;
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
    this.wanted = wantedOf(scope, scope.excluded, count);
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

/** Records of the first round, as a multiple of those in the answer; the second goes deeper by the same factor. */
const FIRST_ROUND = { times: 2, min: 32 } as const;
const DEEPER = 4;
/** As deep as that it is cheaper to ask again for more than to keep out what has come, which takes a bitmap. */
const DEEPER_MAX = 1_000;
/**
 * So few records that comparing with all of them is cheaper than asking for more. Where each of 10 groups has 5 of
 * 100,000 records, a search took 0.74 ms of a processor in place of 5.2.
 */
const FEW = 1_000;

/**
 * The best records of the best groups: as many groups as there are, each with as many records as it has. After two
 * rounds, each deeper than the one before, or when all groups are known and have few records, what was seen is not
 * asked for again, neither are groups that are full: so a group of half the collection costs one round, and the rounds
 * are few.
 *
 * Where legs are fused, a record's rank depends on what else is ranked. There each deeper ranking takes the place of the
 * one before, as deep as a ranking may be, and only then is what was seen left out and the rest ranked behind it.
 */
export class BestGroups implements Selection {
  wanted: Wanted | undefined;
  chosen: Ranking = NOTHING;
  groups: readonly SlotGroup[] = [];
  private readonly count: number;
  private readonly size: number;
  private readonly scope: Scope;
  private readonly column: GroupColumn;
  private readonly isFused: boolean;
  /** What is no answer: that is excluded, and that has no value. */
  private readonly useless: BitSet;
  private seen: BitSet;
  private depth: number;

  /** @param fused how many records each leg ranks at least, where several are fused */
  constructor(count: number, size: number, scope: Scope, column: GroupColumn, fused: number | undefined) {
    this.count = count;
    this.size = size;
    this.scope = scope;
    this.column = column;
    this.isFused = fused !== undefined;
    const matching = scope.allowed?.slots ?? scope.live;
    this.useless = matching.clone().subtract(column.existing()).union(scope.excluded);
    this.seen = this.useless.clone();
    this.depth = Math.min(LIMITS.kMax, Math.max(fused ?? FIRST_ROUND.min, count * size * FIRST_ROUND.times));
    this.wanted = wantedOf(scope, this.useless, this.depth);
  }

  take(ranking: Ranking): void {
    const { count, size, scope, column } = this;
    const good = atLeast(ranking, scope.minScore);
    if (this.isFused && !this.wanted?.isBehind) {
      this.chosen = NOTHING;
      this.seen = this.useless.clone();
    }
    this.chosen = merged(this.chosen, without(good, this.seen));
    this.seen.addAll(ranking.slots);
    this.groups = groupsOf(this.chosen, column.valueAt, count, size);
    const open = this.groups.filter(({ slots }) => slots.length < size);
    const isEnough = this.groups.length === count && open.length === 0;
    this.wanted = isEnough || good.isComplete ? undefined : this.more(open);
    if (!this.wanted) this.chosen = ofGroups(this.chosen, this.groups);
  }

  /** What the next round is to bring, if there can be anything. */
  private more(open: readonly SlotGroup[]): Wanted | undefined {
    const { isFused, groups, count } = this;
    const isLate = isFused ? this.depth === LIMITS.kMax : this.depth * DEEPER > DEEPER_MAX;
    this.depth = Math.min(LIMITS.kMax, this.depth * DEEPER);
    const rest = isLate || (groups.length === count && !isFused) ? this.rest(open) : undefined;
    if (rest?.count === 0) return undefined;
    if (rest && (isLate || rest.count <= FEW)) return { depth: this.depth, allowed: rest, isBehind: true };
    return wantedOf(this.scope, this.useless, this.depth);
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

/** What brings so many records that are not among the excluded: those are left out afterwards, or kept out. */
function wantedOf(scope: Scope, excluded: BitSet, count: number): Wanted {
  const leftOut = excluded.count();
  return leftOut <= LEFT_OUT_MAX
    ? { depth: count + leftOut, allowed: scope.allowed }
    : { depth: count, allowed: lessOf(scope, excluded) };
}

/** What may be answered, less some slots, and of those given where some are. */
function lessOf({ allowed, live }: Scope, excluded: BitSet, among?: BitSet): Matches {
  const slots = (allowed?.slots ?? live).clone().subtract(excluded);
  if (among) slots.intersect(among);
  return { slots, count: slots.count() };
}
