import type { VectorSpace } from '../../kernel/vector-space.ts';

export function check(_space: VectorSpace, _slots: number): string[] {
  return [];
}
