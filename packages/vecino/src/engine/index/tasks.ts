import type { IndexFamily } from '../../api/index-options.ts';
import type { JsonObject } from '../../api/metadata.ts';
import { present } from '../../base/assert.ts';
import type { FamilyBuilder, FamilyLearner } from '../../index/family.ts';
import { familyOf } from '../../index/registry.ts';
import { type Keyed, layingOrder, placesOf, sortedByKey } from '../../index/relaying.ts';
import { type SearchRequest, searchMany, searchSpace } from '../../index/search.ts';
import { copyNodes } from '../../kernel/copy-nodes.ts';
import type { SharedSpace, VectorSpace } from '../../kernel/vector-space.ts';
import { loadSnapshot, saveSnapshot } from './snapshot.ts';

interface Concerning {
  readonly family: IndexFamily;
}

interface Range {
  readonly from: number;
  readonly to: number;
}

/** The memory whose node at place i of `order` becomes node i. */
interface From {
  readonly source: SharedSpace;
  readonly order: Uint32Array;
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

  sortByKey: (_: VectorSpace, args: Keyed) => sortedByKey(args),

  copy: (space: VectorSpace, args: Range & From & { encodes: boolean }) => {
    copyNodes(space.attach(args.source), space, { order: args.order, first: args.from, end: args.to });
    if (args.encodes) space.engine.encodeRange(args.from, args.to);
  },

  copyModel: (space: VectorSpace, { source }: { source: SharedSpace }) =>
    space.copyModel(space.attach(source)),

  places: (_: VectorSpace, { order, nodes }: { order: Uint32Array; nodes: number }) => placesOf(order, nodes),

  move: (space: VectorSpace, args: Concerning & Range & From & { newOf: Uint32Array; stage: string }) =>
    builderOf(args.family).move?.(
      { source: space.attach(args.source), target: space, order: args.order, newOf: args.newOf },
      args.stage,
      args.from,
      args.to,
    ),

  assign: (space: VectorSpace, args: Concerning & Range) =>
    learnerOf(args.family).assign?.(space, args.from, args.to),

  keys: (space: VectorSpace, args: Concerning & { order: Uint32Array }) =>
    learnerOf(args.family).keys?.(space, args.order),

  stage: (space: VectorSpace, args: Concerning & Range & { stage: string; keys: Uint32Array | undefined }) =>
    learnerOf(args.family).run(space, args.stage, args.from, args.to, args.keys),

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

function learnerOf(family: IndexFamily): FamilyLearner {
  return present(familyOf(family).learner, `learner of family "${family}"`);
}
