import type { JsonObject, JsonValue } from '../api/metadata.ts';
import { BitSet } from '../base/bit-set.ts';
import { uniteNumbersAmong, uniteNumbersBetween } from './number-scan.ts';
import { type PathReader, readPath } from './path.ts';
import type { Bound, Range } from './predicate.ts';
import { NO_CODE, ValueIndex } from './value-index.ts';

/**
 * Different numbers that a column indexes. Years, ratings and foreign keys of small tables stay below; a
 * column of prices or timestamps passes it, and its further numbers are found by comparing all (0.7 ms in
 * a million), which spares 60 bytes a number.
 */
const INDEXED_NUMBERS_MAX = 65_536;

/** The code of a number beyond {@link INDEXED_NUMBERS_MAX}: it stands in `numbers` alone. */
const UNINDEXED = 0xffff_ffff;

/**
 * The values of one metadata path, by slot.
 *
 * Every value is indexed (`equal`, `contains`, ranges of texts); numbers also stand in a typed array, NaN
 * where there is none, over which a range is one branch-free pass. Nothing is sorted or rebuilt behind a
 * query's back, so a write costs microseconds and a query after a write costs what it cost before.
 */
export class Column {
  private readonly read: PathReader;
  private readonly present = new BitSet();
  /** The code of each slot's value in `values`, {@link NO_CODE} where the path is missing. */
  private codes = new Uint32Array(0);
  private numbers = new Float64Array(0);
  private readonly values = new ValueIndex();
  /** The elements of arrays; made for the first array. */
  private elements: ValueIndex | undefined;
  private hasUnindexed = false;

  constructor(path: string) {
    this.read = readPath(path);
  }

  set(slot: number, metadata: JsonObject): void {
    const value = this.read(metadata);
    const code = value === undefined ? NO_CODE : this.values.codeOf(value);
    if (code !== NO_CODE && code === this.codes[slot]) return;
    this.delete(slot);
    if (value !== undefined) this.put(slot, value);
  }

  delete(slot: number): void {
    const code = this.codes[slot] ?? NO_CODE;
    if (code === NO_CODE) return;
    if (slot < this.numbers.length) this.numbers[slot] = Number.NaN;
    if (code !== UNINDEXED) {
      const elements = this.elements && this.values.valueOf(code);
      if (Array.isArray(elements)) this.removeElements(slot, elements);
      this.values.remove(code, slot);
    }
    this.codes[slot] = NO_CODE;
    this.present.delete(slot);
  }

  valueAt(slot: number): JsonValue | undefined {
    const code = this.codes[slot] ?? NO_CODE;
    if (code === NO_CODE) return undefined;
    return code === UNINDEXED ? this.numbers[slot] : this.values.valueOf(code);
  }

  existing(): BitSet {
    return this.present.clone();
  }

  among(wanted: readonly JsonValue[]): BitSet {
    const slots = new BitSet(this.codes.length);
    const unindexed = new Set<number>();
    for (const value of wanted) {
      if (this.hasUnindexed && typeof value === 'number' && this.values.codeOf(value) === NO_CODE) {
        unindexed.add(value);
      } else {
        this.values.uniteEqual(value, slots);
      }
    }
    uniteNumbersAmong(this.numbers, unindexed, slots);
    return slots;
  }

  between(range: Range): BitSet {
    const slots = new BitSet(this.codes.length);
    if (typeof (range.lower ?? range.upper)?.value === 'string') {
      this.values.uniteTextsBetween(range, slots);
    } else {
      uniteNumbersBetween(this.numbers, least(range.lower), greatest(range.upper), slots);
    }
    return slots;
  }

  containing(operand: JsonValue): BitSet {
    const slots = new BitSet(this.codes.length);
    this.elements?.uniteEqual(operand, slots);
    if (typeof operand === 'string') this.values.uniteTextsWith(operand, slots);
    return slots;
  }

  /** Memory, estimated. */
  bytes(): number {
    return (
      this.codes.byteLength +
      this.numbers.byteLength +
      this.present.words.byteLength +
      this.values.bytes() +
      (this.elements?.bytes() ?? 0)
    );
  }

  private put(slot: number, value: JsonValue): void {
    this.reserve(slot + 1);
    this.present.add(slot);
    if (typeof value === 'number') {
      if (this.numbers.length <= slot) this.numbers = grown(this.numbers, this.codes.length);
      this.numbers[slot] = value;
    }
    this.codes[slot] = this.isIndexed(value) ? this.values.add(value, slot) : UNINDEXED;
    if (Array.isArray(value)) {
      this.elements ??= new ValueIndex();
      for (const element of value) this.elements.add(element, slot);
    }
  }

  /** Once a number was left out of the index no further one is taken in, or it might be found by halves. */
  private isIndexed(value: JsonValue): boolean {
    if (typeof value !== 'number' || this.values.codeOf(value) !== NO_CODE) return true;
    this.hasUnindexed ||= this.values.numbers >= INDEXED_NUMBERS_MAX;
    return !this.hasUnindexed;
  }

  private removeElements(slot: number, elements: readonly JsonValue[]): void {
    for (const element of elements) {
      const code = this.elements?.codeOf(element) ?? NO_CODE;
      // An element that occurs twice in the array is gone after the first.
      if (code !== NO_CODE) this.elements?.remove(code, slot);
    }
  }

  private reserve(slots: number): void {
    if (slots <= this.codes.length) return;
    const codes = new Uint32Array(Math.max(slots, 1_024, this.codes.length * 2));
    codes.set(this.codes);
    this.codes = codes;
  }
}

function grown(numbers: Float64Array<ArrayBuffer>, length: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(length).fill(Number.NaN, numbers.length);
  larger.set(numbers);
  return larger;
}

function least(bound: Bound | undefined): number {
  if (bound === undefined) return Number.NEGATIVE_INFINITY;
  return bound.inclusive ? Number(bound.value) : nextUp(Number(bound.value));
}

function greatest(bound: Bound | undefined): number {
  return bound === undefined ? Number.POSITIVE_INFINITY : -least({ ...bound, value: -bound.value });
}

const scratch = new DataView(new ArrayBuffer(8));

/** The smallest number that is larger. */
function nextUp(number: number): number {
  if (number === 0) return Number.MIN_VALUE;
  scratch.setFloat64(0, number);
  scratch.setBigInt64(0, scratch.getBigInt64(0) + (number > 0 ? 1n : -1n));
  return scratch.getFloat64(0);
}
