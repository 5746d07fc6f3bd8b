import type { IndexFamily } from '../../api/index-options.ts';
import type { JsonObject } from '../../api/metadata.ts';
import { present } from '../../base/assert.ts';
import { layingOrder, moveNodes } from '../../index/compaction.ts';
import type { FamilyBuilder, InPlaceLearner } from '../../index/family.ts';
import { familyOf } from '../../index/registry.ts';
import { type SearchRequest, searchMany, searchSpace } from '../../index/search.ts';
import type { SharedSpace, VectorSpace } from '../../kernel/vector-space.ts';
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

  searchMany: (space: VectorSpace, args: Concerning & { requests: readonly SearchRequest[] }) =>
    searchMany(space, familyOf(args.family), args.requests),

  learn: (space: VectorSpace, args: Concerning & { nodes: number; timeMs: number }) =>
    learnerOf(args.family).learn(space, args.nodes, performance.now() + args.timeMs),

  adoptModel: (space: VectorSpace, args: Concerning) => learnerOf(args.family).adopt(space),

  refit: (space: VectorSpace, args: Concerning & { from: number; to: number }) =>
    learnerOf(args.family).refit(space, args.from, args.to),

  link: (space: VectorSpace, args: Concerning & { nodes: Uint32Array; timeMs: number }) =>
    builderOf(args.family).link(space, args.nodes, performance.now() + args.timeMs),

  encode: (space: VectorSpace, args: { from: number; to: number }) =>
    space.engine.encodeRange(args.from, args.to),

  mark: (space: VectorSpace, args: Concerning & { nodes: number; replaced: Uint32Array }) =>
    builderOf(args.family).mark(space, args.nodes, args.replaced),

  repair: (space: VectorSpace, args: Concerning & { from: number; to: number }) =>
    builderOf(args.family).repair(space, args.from, args.to),

  release: (space: VectorSpace, args: Concerning & { nodes: number }) =>
    builderOf(args.family).release(space, args.nodes),

  unreachable: (space: VectorSpace, args: Concerning & { nodes: number }) =>
    builderOf(args.family).unreachable(space, args.nodes),

  order: (space: VectorSpace, args: Concerning & { nodes: number }) =>
    layingOrder(space, familyOf(args.family), args.nodes),

  move: (space: VectorSpace, args: Concerning & { order: Uint32Array; target: SharedSpace }) =>
    moveNodes(space, space.attach(args.target), familyOf(args.family), args.order),

  check: (space: VectorSpace, args: Concerning & { nodes: number }) =>
    familyOf(args.family).check(space, args.nodes),

  saveSnapshot: (space: VectorSpace, args: { path: string; header: JsonObject; nodes: number }) =>
    saveSnapshot(space, args.path, args.header, args.nodes),

  loadSnapshot: (space: VectorSpace, args: { path: string; nodes: number }) =>
    loadSnapshot(space, args.path, args.nodes),
};

export type TaskName = keyof typeof TASKS;
export type TaskArgs<T extends TaskName> = Parameters<(typeof TASKS)[T]>[1];
export type TaskResult<T extends TaskName> = ReturnType<(typeof TASKS)[T]>;

function builderOf(family: IndexFamily): FamilyBuilder {
  return present(familyOf(family).builder, `builder of family "${family}"`);
}

function learnerOf(family: IndexFamily): InPlaceLearner {
  return present(familyOf(family).inPlaceLearner, `learner of family "${family}"`);
}
