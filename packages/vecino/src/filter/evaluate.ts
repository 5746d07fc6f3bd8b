import { BitSet } from '../base/bit-set.ts';
import type { Column } from './column.ts';
import type { Predicate } from './predicate.ts';

/**
 * The live slots whose metadata satisfy a predicate, as a new bitmap.
 *
 * @param columnOf the built column of a path
 */
export function evaluate(predicate: Predicate, live: BitSet, columnOf: (path: string) => Column): BitSet {
  switch (predicate.kind) {
    case 'and': {
      const slots = live.clone();
      for (const part of predicate.parts) slots.intersect(evaluate(part, slots, columnOf));
      return slots;
    }
    case 'or': {
      const slots = new BitSet();
      for (const part of predicate.parts) slots.union(evaluate(part, live, columnOf));
      return slots;
    }
    case 'not':
      return live.clone().subtract(evaluate(predicate.part, live, columnOf));
    case 'in':
      return columnOf(predicate.path).among(predicate.values).intersect(live);
    case 'range':
      return columnOf(predicate.path).between(predicate).intersect(live);
    case 'exists':
      return columnOf(predicate.path).existing().intersect(live);
    case 'contains':
      return columnOf(predicate.path).containing(predicate.operand).intersect(live);
  }
}
