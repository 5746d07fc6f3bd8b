import type { SearchExplanation } from '../../api/search.ts';
import { present } from '../../base/assert.ts';
import type { Matches } from '../../filter/answers.ts';
import type { CostQuestion, SearchCost } from '../../index/family.ts';
import { type Found, type SearchRequest, type SearchWay, searchSpace } from '../../index/search.ts';
import type { IndexShape } from './index-memory.ts';
import type { IndexUpkeep } from './index-upkeep.ts';
import type { Place } from './place.ts';
import { plan } from './planner.ts';
import { nearestOf, rerankFromStore, type VectorsOf } from './vectors-on-disk.ts';

/** One search, as one segment sees it. */
export interface SegmentSearch {
  /** As the index compares it. */
  readonly query: Float32Array;
  readonly k: number;
  readonly exact: boolean;
  readonly effort: number | undefined;
  /** Whether the effort is what a calibration found, and not what the caller wants whatever it gives. */
  readonly isCalibrated?: boolean;
  readonly oversample: number;
  /** The segment's slots that a filter lets pass, all of them live. */
  readonly allowed: Matches | undefined;
  /** The way to go, whatever it costs: for measurements. */
  readonly way?: SearchWay;
  /** The slot that asks with its own vector, so that its own links do not help it: for measurements. */
  readonly asking?: number;
}

export interface SegmentFound extends Omit<Found, 'way'> {
  readonly way: SearchExplanation['way'];
  readonly reason: string;
  readonly thread: 'caller' | 'worker';
  readonly live: number;
  readonly matches: number;
  readonly pending: number;
  readonly effort: number;
}

interface Planned {
  readonly summary: Pick<SegmentFound, 'reason' | 'live' | 'matches' | 'pending' | 'effort'>;
  readonly costNs: number;
  readonly isOnDisk: boolean;
  readonly request: SearchRequest | undefined;
  /** Distances that the family alone says its search will compute; see `distanceFactor`. */
  readonly foretold: number;
}

/** Tasks a worker gets of many searches: some more than one, so that all end at about the same time. */
const SHARES = 4;
/** Distances that nobody computes. */
const UNLIMITED = 2 ** 31 - 1;
/** A search that is expected to take longer than this runs on a worker, so that the event loop stays free. */
const INLINE_NS_MAX = 3e6;

/** Plans each search of one segment, and runs it where it belongs: on the caller's thread or on a worker. */
export class IndexSearcher {
  private readonly shape: IndexShape;
  private readonly place: Place;
  private readonly upkeep: IndexUpkeep;
  private readonly vectorsOf: VectorsOf;
  /** How many times the distances that the family foretells its searches compute: a running mean, for the planner. */
  private distanceFactor = 1;
  /** The share of the matches whose vectors exact searches compare: a running mean, likewise. */
  private comparedShare = 1;

  constructor(shape: IndexShape, place: Place, upkeep: IndexUpkeep, vectorsOf: VectorsOf) {
    this.shape = shape;
    this.place = place;
    this.upkeep = upkeep;
    this.vectorsOf = vectorsOf;
  }

  /** @param sound whether the structure may be used at all */
  async search(search: SegmentSearch, sound: boolean): Promise<SegmentFound> {
    const planned = this.plan(search, sound);
    const { request } = planned;
    if (!request) return this.compareOnDisk(search, planned);
    const { memory, nodes } = this.place;
    const inline = planned.costNs <= INLINE_NS_MAX;
    const found = inline
      ? searchSpace(memory.space, memory.family, request)
      : await nodes.searchUnderWay(memory.run('search', { request }));
    return this.finish(search, planned, found, inline ? 'caller' : 'worker');
  }

  /** Runs many searches on all workers, some to a task. */
  async searchMany(searches: readonly SegmentSearch[], sound: boolean): Promise<SegmentFound[]> {
    const { memory, nodes } = this.place;
    const planned = searches.map((search) => this.plan(search, sound));
    const requests = planned.flatMap(({ request }) => request ?? []);
    const share = Math.ceil(requests.length / (memory.workers * SHARES));
    const parts: Promise<Found[]>[] = [];
    for (let from = 0; from < requests.length; from += share) {
      const part = requests.slice(from, from + share);
      parts.push(nodes.searchUnderWay(memory.run('searchMany', { requests: part })));
    }
    const found = (await Promise.all(parts)).flat().values();
    const answers: SegmentFound[] = [];
    for (const [i, search] of searches.entries()) {
      const plan = present(planned[i], 'a plan');
      answers.push(
        plan.request
          ? await this.finish(search, plan, present(found.next().value, 'an answer'), 'worker')
          : await this.compareOnDisk(search, plan),
      );
    }
    return answers;
  }

  /** How to answer; without a request, by reading every vector from the store. */
  private plan(search: SegmentSearch, sound: boolean): Planned {
    const { memory, nodes } = this.place;
    const { space, family } = memory;
    const live = nodes.count;
    const matches = search.allowed ? search.allowed.count : live;
    const effort = this.effortOf(search);
    const pending = nodes.waiting.length;
    const mayRelyOn = sound && !this.upkeep.isRecoding;
    const { k } = search;
    const question = { k, effort, matches, live, distanceFactor: this.distanceFactor };
    const approximate = mayRelyOn ? this.approximate(question) : 'the index is not to be relied on now';
    const planned = plan({
      exact: search.exact,
      approximate,
      live,
      matches,
      pending,
      k,
      floats: space.layout.floats,
      comparedShare: mayRelyOn ? this.comparedShare : 1,
    });
    const isFixed = search.way === 'exact' || (search.way === 'index' && typeof approximate !== 'string');
    const way = isFixed ? (search.way ?? planned.way) : planned.way;
    const budget = isFixed ? UNLIMITED : planned.budget;
    const { reason, costNs } = planned;
    const summary = { reason, live, matches, pending, effort };
    const distances = typeof approximate === 'string' ? 0 : approximate.distances;
    const foretold = distances / this.distanceFactor;
    const isOnDisk = space.layout.originals === 'disk';
    if (isOnDisk && way === 'exact' && (search.exact || this.upkeep.isRecoding)) {
      return { summary, costNs, isOnDisk, request: undefined, foretold };
    }
    const request: SearchRequest = {
      query: search.query,
      k,
      way,
      effort,
      oversample: search.oversample,
      nodes: nodes.allocator.end,
      ...(search.allowed && { allowed: nodes.nodesOf(search.allowed).words }),
      matches,
      budget,
      sound: mayRelyOn,
      pending: way === 'index' || family.scanner ? nodes.waiting : new Uint32Array(),
      hasRemoved: nodes.hasRemoved,
      ...(search.asking !== undefined && { asking: nodes.nodeOf(search.asking) }),
    };
    return { summary, costNs, isOnDisk, request, foretold };
  }

  /** What a calibration found is no promise any more once its ground is outgrown: then at least the default. */
  private effortOf({ effort, isCalibrated }: SegmentSearch): number {
    const { space, family } = this.place.memory;
    if (effort !== undefined && !(isCalibrated && this.upkeep.isOutgrown)) return effort;
    return Math.max(effort ?? 0, family.effort(this.shape.index, space));
  }

  /** What the family's own search would cost, or why there is none. */
  private approximate(question: CostQuestion): SearchCost | string {
    const { family, space } = this.place.memory;
    if (!family.cost) return 'the index is exact';
    if (family.isReady?.(space) === false) return 'the index has not learnt from the records yet';
    return family.cost(space, question);
  }

  /** Learns from what was found, and compares codes' answers by the vectors on disk. */
  private async finish(
    search: SegmentSearch,
    { summary, isOnDisk, foretold }: Planned,
    found: Found,
    thread: SegmentFound['thread'],
  ): Promise<SegmentFound> {
    const { effort, pending, reason, matches } = summary;
    if (found.way === 'index' && !search.allowed && foretold > 0) {
      const factor = (found.distanceComputations - pending) / foretold;
      this.distanceFactor += (factor - this.distanceFactor) / 16;
    }
    const { space, family } = this.place.memory;
    if (found.way === 'exact' && family.scanner && matches > 0) {
      const share = Math.min(1, found.distanceComputations / matches);
      this.comparedShare += (share - this.comparedShare) / 4;
    }
    const exact = isOnDisk
      ? await rerankFromStore(space, search.query, found, search.k, this.vectorsOf)
      : found;
    return {
      ...exact,
      ...summary,
      way: this.wayOf(found, matches),
      reason: found.gaveUp ? `${reason}; the index became dearer than comparing with all` : reason,
      thread,
      effort: found.way === 'index' ? effort : 0,
    };
  }

  /** The way as `explain` tells it. */
  private wayOf({ way, slots }: Found, matches: number): SegmentFound['way'] {
    const { family, space } = this.place.memory;
    if (way === 'index') return present(family.way, `way of family "${family.name}"`);
    return space.layout.originals === 'disk' && slots.length < matches ? 'codes' : 'exact';
  }

  /** Reads every vector that may be answered. */
  private async compareOnDisk(
    { query, k, allowed }: SegmentSearch,
    { summary }: Planned,
  ): Promise<SegmentFound> {
    const { memory, nodes } = this.place;
    const slots = allowed
      ? allowed.slots.toArray()
      : nodes.live.toArray().map((node) => memory.space.slotOf(node));
    const nearest = await nearestOf(memory.space, query, slots, k, this.vectorsOf);
    return {
      ...nearest,
      ...summary,
      way: 'exact',
      gaveUp: false,
      candidates: nearest.slots.length,
      distanceComputations: slots.length,
      thread: 'caller',
      effort: 0,
    };
  }
}
