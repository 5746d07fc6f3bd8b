import type { VectorSpace } from '../../kernel/vector-space.ts';
import { ListsModel } from './model.ts';

/** Linked nodes that no list has, or that are not where their place says. */
export function check(space: VectorSpace, nodes: number): string[] {
  if (!ListsModel.isReady(space)) return [];
  const lost = space.engine.lostNodes(nodes);
  return lost === 0 ? [] : [`${lost} nodes are in no list, or not where their place says`];
}
