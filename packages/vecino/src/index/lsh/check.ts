import type { VectorSpace } from '../../kernel/vector-space.ts';
import { TablesModel } from './model.ts';

/** Tables that lack linked nodes, or have some where their vectors do not belong. */
export function check(space: VectorSpace, nodes: number): string[] {
  if (!TablesModel.isReady(space)) return [];
  let linked = 0;
  for (let node = 0; node < nodes; node++) if (space.isLinked(node)) linked += 1;
  const { tables } = new TablesModel(space).layout;
  return Array.from({ length: tables }, (_, table) => {
    const right = space.engine.rightEntries(table, nodes);
    return right === linked
      ? []
      : [`table ${table} has ${right} nodes where they belong, expected ${linked}`];
  }).flat();
}
