import type { VectorSpace } from '../../kernel/vector-space.ts';

/** Lists that name slots they must not. Nodes that are merely unreachable are the builder's affair. */
export function check(space: VectorSpace, slots: number): string[] {
  const problems: string[] = [];
  const bad = space.engine.badLinks(0, slots, slots);
  if (bad > 0) problems.push(`${bad} links name a slot that is no node of their level, or name it twice`);
  return problems;
}
