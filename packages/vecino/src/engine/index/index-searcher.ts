import type { BitSet } from '../../base/bit-set.ts';
import { type Found, type SearchRequest, searchSpace } from '../../index/search.ts';
import type { IndexShape } from './index-memory.ts';
import type { IndexUpkeep, Place } from './index-upkeep.ts';
import { plan } from './planner.ts';
import { nearestOf, rerankFromStore, type VectorsOf } from './vectors-on-disk.ts';

/** One search, as one segment sees it. */
export interface SegmentSearch {
  /** As the index compares it. */
  readonly query: Float32Array;
  readonly k: number;
  readonly exact: boolean;
  readonly effort: number | undefined;
  readonly oversample: number;
  /** The segment's slots that a filter lets pass, all of them live. */
  readonly allowed: BitSet | undefined;
  /** Slots of the segment that may be in use lie below this. */
  readonly slots: number;
}

export interface SegmentFound extends Found {
  readonly reason: string;
  readonly thread: 'caller' | 'worker';
  readonly live: number;
  readonly matches: number;
  readonly pending: number;
  readonly effort: number;
}

/** A search that is expected to take longer than this runs on a worker, so that the event loop stays free. */
const INLINE_NS_MAX = 3e6;
/** Where fewer slots than this share of all match, the scan names them one by one. */
const NAMED_SHARE = 1 / 8;

/** Plans each search of one segment, and runs it where it belongs: on the caller's thread or on a worker. */
export class IndexSearcher {
  private readonly shape: IndexShape;
  private readonly place: Place;
  private readonly upkeep: IndexUpkeep;
  private readonly vectorsOf: VectorsOf;
  /** Distances that walks compute for each unit of effort: a running mean, for the planner. */
  private walkFactor = 16;

  constructor(shape: IndexShape, place: Place, upkeep: IndexUpkeep, vectorsOf: VectorsOf) {
    this.shape = shape;
    this.place = place;
    this.upkeep = upkeep;
    this.vectorsOf = vectorsOf;
  }

  /** @param sound whether the structure may be used at all */
  async search(search: SegmentSearch, sound: boolean): Promise<SegmentFound> {
    const { memory, nodes } = this.place;
    const { space, family } = memory;
    const records = nodes.count;
    const matches = search.allowed ? search.allowed.count() : records;
    const effort = search.effort ?? family.effort(this.shape.index);
    const pending = nodes.waiting.length;
    const { way, reason, costNs } = plan({
      exact: search.exact,
      approximate: family.search !== undefined && sound && !this.upkeep.isRecoding,
      live: records,
      matches,
      pending,
      effort,
      k: search.k,
      walkFactor: this.walkFactor,
      floats: space.layout.floats,
    });
    const summary = { reason, live: records, matches, pending };
    const onDisk = space.layout.originals === 'disk';
    if (onDisk && way === 'exact' && (search.exact || this.upkeep.isRecoding)) {
      return { ...(await this.compareOnDisk(search, matches)), ...summary };
    }
    const request: SearchRequest = {
      query: search.query,
      k: search.k,
      way,
      effort,
      oversample: search.oversample,
      nodes: nodes.allocator.end,
      slots: search.slots,
      ...(search.allowed && { allowed: search.allowed.words }),
      ...(way === 'exact' && this.named(search.allowed, matches)),
      matches,
      pending: way === 'graph' ? nodes.waiting : new Uint32Array(),
      hasRemoved: nodes.hasRemoved,
    };
    const inline = costNs <= INLINE_NS_MAX;
    let found = inline
      ? searchSpace(space, family, request)
      : await nodes.searchUnderWay(memory.run('search', { request }));
    if (found.way === 'graph' && !search.allowed && effort >= search.k) {
      this.walkFactor += ((found.distanceComputations - pending) / effort - this.walkFactor) / 16;
    }
    if (onDisk) found = await rerankFromStore(space, search.query, found, search.k, this.vectorsOf);
    return {
      ...found,
      ...summary,
      reason: found.gaveUp ? `${reason}; the walk became dearer than comparing with all` : reason,
      thread: inline ? 'caller' : 'worker',
      effort: found.way === 'graph' ? effort : 0,
    };
  }

  /** The nodes of the matches, where naming them is cheaper than looking at all nodes. */
  private named(allowed: BitSet | undefined, matches: number): Pick<SearchRequest, 'named'> | undefined {
    const { nodes } = this.place;
    if (!allowed || matches > nodes.allocator.end * NAMED_SHARE) return undefined;
    const named: number[] = [];
    for (const slot of allowed) {
      const node = nodes.nodeOf(slot);
      if (node !== undefined) named.push(node);
    }
    return { named: Uint32Array.from(named) };
  }

  /** Reads every vector that may be answered. */
  private async compareOnDisk(
    { query, k, allowed }: SegmentSearch,
    matches: number,
  ): Promise<Found & Pick<SegmentFound, 'thread' | 'effort'>> {
    const { memory, nodes } = this.place;
    const slots = allowed ? allowed.toArray() : nodes.live.toArray().map((node) => memory.space.slotOf(node));
    const nearest = await nearestOf(memory.space, query, slots, k, this.vectorsOf);
    return {
      ...nearest,
      way: 'exact',
      gaveUp: false,
      candidates: nearest.slots.length,
      distanceComputations: matches,
      thread: 'caller',
      effort: 0,
    };
  }
}
