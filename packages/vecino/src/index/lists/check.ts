import type { VectorSpace } from '../../kernel/vector-space.ts';
import { ListsModel } from './model.ts';

/** Linked nodes that no list has, or that are not where their place says, and entries that are nobody's. */
export function check(space: VectorSpace, nodes: number): string[] {
  if (!ListsModel.isReady(space)) return [];
  const { engine } = space;
  const lost = engine.lostNodes(nodes);
  const stray = engine.strayEntries();
  return [
    ...(lost > 0 ? [`${lost} nodes are in no list, or not where their place says`] : []),
    ...(stray > 0 ? [`${stray} entries of lists belong to no node, or to one that is elsewhere`] : []),
  ];
}
