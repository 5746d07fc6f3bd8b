import type { IndexFamily } from '../api/index-options.ts';
import type { JsonObject } from '../api/metadata.ts';
import { present } from '../base/assert.ts';
import type { FamilyBuilder } from '../index/family.ts';
import { familyOf } from '../index/registry.ts';
import { type SearchRequest, searchSpace } from '../index/search.ts';
import type { VectorSpace } from '../kernel/vector-space.ts';
import { loadSnapshot, saveSnapshot } from './snapshot.ts';

interface Concerning {
  readonly family: IndexFamily;
}

/**
 * What workers do, by name. Each task is short enough to let others in between, but for snapshots, whose time
 * is the disk's.
 */
export const TASKS = {
  search: (space: VectorSpace, args: Concerning & { request: SearchRequest }) =>
    searchSpace(space, familyOf(args.family), args.request),

  link: (space: VectorSpace, args: Concerning & { slots: Uint32Array; timeMs: number }) =>
    builderOf(args.family).link(space, args.slots, performance.now() + args.timeMs),

  encode: (space: VectorSpace, args: { from: number; to: number }) =>
    space.engine.encodeRange(args.from, args.to),

  mark: (space: VectorSpace, args: Concerning & { slots: number; replaced: Uint32Array }) =>
    builderOf(args.family).mark(space, args.slots, args.replaced),

  repair: (space: VectorSpace, args: Concerning & { from: number; to: number }) =>
    builderOf(args.family).repair(space, args.from, args.to),

  release: (space: VectorSpace, args: Concerning & { slots: number }) =>
    builderOf(args.family).release(space, args.slots),

  unreachable: (space: VectorSpace, args: Concerning & { slots: number }) =>
    builderOf(args.family).unreachable(space, args.slots),

  check: (space: VectorSpace, args: Concerning & { slots: number }) =>
    familyOf(args.family).check(space, args.slots),

  saveSnapshot: (space: VectorSpace, args: { path: string; header: JsonObject; slots: number }) =>
    saveSnapshot(space, args.path, args.header, args.slots),

  loadSnapshot: (space: VectorSpace, args: { path: string; slots: number }) =>
    loadSnapshot(space, args.path, args.slots),
};

export type TaskName = keyof typeof TASKS;
export type TaskArgs<T extends TaskName> = Parameters<(typeof TASKS)[T]>[1];
export type TaskResult<T extends TaskName> = ReturnType<(typeof TASKS)[T]>;

function builderOf(family: IndexFamily): FamilyBuilder {
  return present(familyOf(family).builder, `builder of family "${family}"`);
}
