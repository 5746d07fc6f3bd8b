import type { VectorSpace } from '../../kernel/vector-space.ts';
import { TablesModel } from './model.ts';

/** Tables that lack linked nodes or have some where their vectors do not belong, and sketches of other vectors. */
export function check(space: VectorSpace, nodes: number): string[] {
  if (!TablesModel.isReady(space)) return [];
  const { engine } = space;
  let linked = 0;
  for (let node = 0; node < nodes; node++) if (space.isLinked(node)) linked += 1;
  const laid = linked - engine.laterNodes(nodes);
  const { tables } = new TablesModel(space).layout;
  const problems: string[] = [];
  for (let table = 0; table < tables; table++) {
    const right = engine.rightEntries(table, nodes);
    if (right === laid) continue;
    problems.push(`table ${table} has ${right} nodes where they belong, expected ${laid}`);
  }
  const wrong = engine.wrongSketches(nodes);
  if (wrong > 0) problems.push(`${wrong} nodes have sketches that are not of their vectors`);
  return problems;
}
