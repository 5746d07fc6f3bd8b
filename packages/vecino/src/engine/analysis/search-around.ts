import { OVERSAMPLE } from '../../api/search.ts';
import { present } from '../../base/assert.ts';
import { TimeSlice } from '../../base/time-slice.ts';
import { scoreOf } from '../../vector/metric.ts';
import type { CollectionState } from '../collection-state.ts';
import type { SegmentFound } from '../index/index-searcher.ts';
import { effortOf } from '../search/query-effort.ts';
import type { Course } from './course.ts';
import type { Subjects } from './subjects.ts';

/** How thoroughly neighbours are searched. */
export interface Effort {
  readonly exact?: boolean;
  readonly recall?: number;
}

/** The nearest records to a vector, best first. */
export interface Around {
  readonly slots: Uint32Array;
  /** As searches show them. */
  readonly scores: Float64Array;
  /** Whether there is nothing behind the last. */
  readonly isComplete: boolean;
}

/** Searches that are asked at once; between two such groups writes come in. */
const GROUP = 256;

/** Searches around some vectors, on all threads. */
export async function searchAroundVectors(
  state: CollectionState,
  subjects: Subjects,
  vectors: readonly Float32Array[],
  depth: number,
  effort: Effort,
): Promise<Around[]> {
  const found = await nearestTo(state, subjects, vectors, depth, effort);
  return found.map((one) => aroundOf(state, one, depth));
}

async function nearestTo(
  state: CollectionState,
  subjects: Subjects,
  vectors: readonly Float32Array[],
  depth: number,
  effort: Effort,
): Promise<readonly SegmentFound[]> {
  await state.whole();
  const { allowed } = subjects;
  return state.index.searchMany(
    vectors.map((query) => ({
      query,
      k: depth,
      exact: effort.exact ?? false,
      ...effortOf(state.field, effort),
      oversample: OVERSAMPLE,
      allowed,
    })),
  );
}

function aroundOf(
  { metric }: CollectionState,
  { slots, distances, matches }: SegmentFound,
  depth: number,
): Around {
  return {
    slots,
    scores: Float64Array.from(distances, (distance) => scoreOf(metric, distance)),
    isComplete: slots.length < depth || slots.length >= matches,
  };
}

/**
 * Searches around subjects, each of which is among its own neighbours as a rule, and hands over what was found.
 * A subject that was written to meanwhile is passed over.
 *
 * @param take is given the subject's ordinal, and what lies around it
 */
export async function searchAround(
  state: CollectionState,
  subjects: Subjects,
  ordinals: Uint32Array,
  depth: number,
  effort: Effort,
  course: Course,
  take: (ordinal: number, around: Around) => void,
): Promise<void> {
  const slice = new TimeSlice();
  for (let from = 0; from < ordinals.length; from += GROUP) {
    course.passed('searching', from, ordinals.length);
    const group = ordinals.subarray(from, from + GROUP);
    const own = subjects.vectors(group);
    const there = Array.from(group.keys()).filter((i) => own[i] !== undefined);
    const vectors = there.map((i) => present(own[i], 'a vector'));
    const found = await nearestTo(state, subjects, vectors, depth, effort);
    for (const [i, at] of there.entries()) {
      const around = aroundOf(state, present(found[i], 'what lies around'), depth);
      take(present(group[at], 'an ordinal'), around);
      // A record may have thousands of neighbours.
      await slice.pause();
    }
  }
  course.passed('searching', ordinals.length, ordinals.length);
}
