import type { FacetValue } from '../api/facets.ts';
import type { JsonValue } from '../api/metadata.ts';
import type { BitSet } from '../base/bit-set.ts';
import { ShardedMap } from './sharded-map.ts';
import { NO_CODE, type Scalar, UNINDEXED, type ValueIndex } from './value-index.ts';

/** What counting reads of a column. */
interface Counted {
  /** By slot. */
  readonly codes: Uint32Array;
  readonly numbers: Float64Array;
  readonly values: ValueIndex;
  readonly elements: ValueIndex | undefined;
}

/**
 * So few different arrays are taken apart one by one, at some microseconds each. Where there are more, each different
 * element is counted by its own slots: 300,000 elements of 100,000 arrays in 2 ms in place of 60.
 */
const TAKEN_APART_MAX = 100;

/**
 * How many records have which value: an array counts once for each different element, and what has parts (objects,
 * arrays in arrays) not at all. A slot costs a nanosecond or two, so does a code that there is, and each different
 * value some tens. Nothing takes long in one go, so that who counts may pause between any two steps.
 */
export class ValueCounts {
  private readonly column: Counted;
  /** By code. */
  private readonly times: Uint32Array;
  private readonly timesOfUnindexed = new ShardedMap();

  constructor(column: Counted) {
    this.column = column;
    this.times = new Uint32Array(column.values.codesEnd);
  }

  /** Takes in slots that were not taken in before. */
  add(slots: Uint32Array): void {
    const { codes, numbers } = this.column;
    const { times, timesOfUnindexed } = this;
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i] ?? 0;
      const code = codes[slot] ?? NO_CODE;
      if (code !== UNINDEXED) {
        times[code] = (times[code] ?? 0) + 1;
      } else {
        const number = numbers[slot] ?? 0;
        timesOfUnindexed.set(number, (timesOfUnindexed.get(number) ?? 0) + 1);
      }
    }
  }

  /**
   * The values that were met, each once, in no order.
   *
   * @param slots all that were taken in
   */
  *values(slots: BitSet): Generator<FacetValue> {
    const { column, times, timesOfUnindexed } = this;
    const elements = this.elementCounts(slots);
    for (let code = NO_CODE + 1; code < times.length; code++) {
      if (times[code] === 0) continue;
      const value = column.values.scalarOf(code);
      if (value !== undefined) yield { value, count: (times[code] ?? 0) + elements.of(value) };
    }
    for (const [value, count] of timesOfUnindexed) yield { value, count: count + elements.of(value) };
    for (const [value, count] of elements.all()) if (!this.isMet(value)) yield { value, count };
  }

  /** Whether a record has the value itself, not in an array. */
  private isMet(value: Scalar): boolean {
    const code = this.column.values.codeOf(value);
    if (code !== NO_CODE && this.times[code] !== 0) return true;
    return typeof value === 'number' && this.timesOfUnindexed.get(value) !== undefined;
  }

  private elementCounts(slots: BitSet): ElementCounts {
    const { values, elements } = this.column;
    if (!elements) return NO_ELEMENTS;
    const counts = new Map<JsonValue, number>();
    let composites = 0;
    for (let code = NO_CODE + 1; code < this.times.length; code++) {
      const times = this.times[code] ?? 0;
      if (times === 0 || values.scalarOf(code) !== undefined) continue;
      if (++composites > TAKEN_APART_MAX) return countsBySlots(elements, slots);
      const value = values.valueOf(code);
      if (!Array.isArray(value)) continue;
      for (const element of new Set(value)) counts.set(element, (counts.get(element) ?? 0) + times);
    }
    return {
      of: (value) => counts.get(value) ?? 0,
      all: () => [...counts].filter((entry): entry is [Scalar, number] => isScalar(entry[0])),
    };
  }
}

/** How many records have a value as an element of their array. */
interface ElementCounts {
  of(value: Scalar): number;
  /** All elements that were met. */
  all(): Iterable<readonly [value: Scalar, count: number]>;
}

const NO_ELEMENTS: ElementCounts = { of: () => 0, all: () => [] };

function countsBySlots(elements: ValueIndex, slots: BitSet): ElementCounts {
  const countOf = (code: number) => (code === NO_CODE ? 0 : elements.countAmong(code, slots));
  return {
    of: (value) => countOf(elements.codeOf(value)),
    *all() {
      for (let code = NO_CODE + 1; code < elements.codesEnd; code++) {
        const value = elements.scalarOf(code);
        const count = value === undefined ? 0 : countOf(code);
        if (value !== undefined && count > 0) yield [value, count];
      }
    },
  };
}

function isScalar(value: JsonValue): value is Scalar {
  return typeof value !== 'object' || value === null;
}
