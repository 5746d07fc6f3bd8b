import type { BitSet } from '../base/bit-set.ts';
import { type Found, type SearchRequest, searchSpace } from '../index/search.ts';
import { preparedQuery } from '../vector/prepare.ts';
import type { IndexMemory, IndexShape } from './index-memory.ts';
import type { IndexUpkeep } from './index-upkeep.ts';
import { plan } from './planner.ts';
import type { SlotStates } from './slot-states.ts';

export interface IndexSearch {
  /** As the caller gave it. */
  readonly query: Float32Array;
  readonly k: number;
  readonly exact: boolean;
  readonly effort: number | undefined;
  readonly oversample: number;
  /** The slots that a filter lets pass, all of them live. */
  readonly allowed: BitSet | undefined;
}

export interface IndexFound extends Found {
  readonly reason: string;
  readonly thread: 'caller' | 'worker';
  readonly live: number;
  readonly matches: number;
  readonly pending: number;
  readonly effort: number;
}

/** A search that is expected to take longer than this runs on a worker, so that the event loop stays free. */
const INLINE_NS_MAX = 3e6;

/** Plans each search of one index, and runs it where it belongs: on the caller's thread or on a worker. */
export class IndexSearcher {
  private readonly shape: IndexShape;
  private readonly memory: IndexMemory;
  private readonly slots: SlotStates;
  private readonly upkeep: IndexUpkeep;
  /** Distances that walks compute for each unit of effort: a running mean, for the planner. */
  private walkFactor = 16;

  constructor(shape: IndexShape, memory: IndexMemory, slots: SlotStates, upkeep: IndexUpkeep) {
    this.shape = shape;
    this.memory = memory;
    this.slots = slots;
    this.upkeep = upkeep;
  }

  /** @param sound whether the structure may be used at all */
  async search(search: IndexSearch, sound: boolean): Promise<IndexFound> {
    const { space, family } = this.memory;
    const { slots } = this;
    const records = slots.count;
    const matches = search.allowed ? search.allowed.count() : records;
    const effort = search.effort ?? family.effort(this.shape.index);
    const pending = slots.waiting.length;
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
    const request: SearchRequest = {
      query: preparedQuery(this.shape.metric, search.query),
      k: search.k,
      way,
      effort,
      oversample: search.oversample,
      slots: slots.allocator.end,
      ...(search.allowed && { allowed: search.allowed.words }),
      matches,
      pending: way === 'graph' ? slots.waiting : new Uint32Array(),
      hasRemoved: slots.hasRemoved,
    };
    const inline = costNs <= INLINE_NS_MAX;
    const found = inline
      ? searchSpace(space, family, request)
      : await slots.searchUnderWay(this.memory.run('search', { request }));
    if (found.way === 'graph' && !search.allowed && effort >= search.k) {
      this.walkFactor += ((found.distanceComputations - pending) / effort - this.walkFactor) / 16;
    }
    return {
      ...found,
      reason: found.gaveUp ? `${reason}; the walk became dearer than comparing with all` : reason,
      thread: inline ? 'caller' : 'worker',
      live: records,
      matches,
      pending,
      effort: found.way === 'graph' ? effort : 0,
    };
  }
}
