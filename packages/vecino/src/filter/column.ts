import type { JsonObject, JsonValue } from '../api/metadata.ts';
import { BitSet } from '../base/bit-set.ts';
import { uniteCodesAmong, uniteNumbersAmong, uniteNumbersBetween } from './column-scan.ts';
import { type PathReader, readPath } from './path.ts';
import type { Bound, Range } from './predicate.ts';
import { ValueCounts } from './value-counts.ts';
import { type CodedValue, NO_CODE, UNINDEXED, ValueIndex } from './value-index.ts';

/**
 * Different numbers that a column indexes. Years, ratings and foreign keys of small tables stay below; a
 * column of prices or timestamps passes it, and its further numbers are found by comparing all (0.7 ms in
 * a million), which spares 60 bytes a number.
 */
const INDEXED_NUMBERS_MAX = 65_536;

/**
 * Where a query concerns more values than this part of the slots, one pass over all slots is faster than
 * fetching the slots of each value from all over the memory: 3 ms instead of 16 for half a million texts.
 */
const SCAN_PART = 1 / 16;

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
    if (value !== undefined) this.put(slot, value, code);
  }

  delete(slot: number): void {
    const code = this.codes[slot] ?? NO_CODE;
    if (code === NO_CODE) return;
    if (slot < this.numbers.length) this.numbers[slot] = Number.NaN;
    if (code !== UNINDEXED) {
      const elements = this.elements && this.values.valueOf(code);
      if (Array.isArray(elements)) this.removeElements(slot, elements);
      this.values.unlink(code, slot);
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
    const codes = new BitSet();
    const unindexed = new Set<number>();
    for (const value of wanted) {
      const code = this.values.codeOf(value);
      if (code !== NO_CODE) codes.add(code);
      else if (this.hasUnindexed && typeof value === 'number') unindexed.add(value);
    }
    const slots = this.withCodes(codes);
    uniteNumbersAmong(this.numbers, unindexed, slots);
    return slots;
  }

  between(range: Range): BitSet {
    const { lower, upper } = range;
    if (typeof (lower ?? upper)?.value === 'string') return this.withCodes(this.values.textsBetween(range));
    const slots = new BitSet(this.codes.length);
    uniteNumbersBetween(this.numbers, least(lower), greatest(upper), slots);
    return slots;
  }

  containing(operand: JsonValue): BitSet {
    const slots =
      typeof operand === 'string'
        ? this.withCodes(this.values.textsWith(operand))
        : new BitSet(this.codes.length);
    this.elements?.uniteInto(this.elements.codeOf(operand), slots);
    return slots;
  }

  /** Counts the values of slots. What is written to the column meanwhile makes the counts worthless. */
  counting(): ValueCounts {
    const { codes, numbers, values, elements } = this;
    return new ValueCounts({ codes, numbers, values, elements });
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

  private put(slot: number, value: JsonValue, knownCode: number): void {
    this.reserve(slot + 1);
    this.present.add(slot);
    if (typeof value === 'number') this.putNumber(slot, value);
    const code = knownCode === NO_CODE ? this.newCode(value as CodedValue) : knownCode;
    this.codes[slot] = code;
    if (code !== UNINDEXED) this.values.link(code, slot);
    if (Array.isArray(value)) this.putElements(slot, value);
  }

  private putNumber(slot: number, number: number): void {
    if (this.numbers.length <= slot) {
      const numbers = new Float64Array(this.codes.length).fill(Number.NaN, this.numbers.length);
      numbers.set(this.numbers);
      this.numbers = numbers;
    }
    // Adding zero turns -0 into 0; the two are equal, and hashing their bits shall not tell them apart.
    this.numbers[slot] = number + 0;
  }

  private newCode(value: CodedValue): number {
    if (typeof value === 'number') {
      // Once a number was left out no further one is taken in, or slots of one number might be found by halves.
      this.hasUnindexed ||= this.values.numberCount >= INDEXED_NUMBERS_MAX;
      if (this.hasUnindexed) return UNINDEXED;
    }
    return this.values.assignCode(value);
  }

  private putElements(slot: number, elements: readonly JsonValue[]): void {
    this.elements ??= new ValueIndex();
    for (const element of elements) {
      this.elements.link(this.elements.ensureCode(element), slot);
    }
  }

  private removeElements(slot: number, elements: readonly JsonValue[]): void {
    for (const element of elements) {
      // An element that occurs twice in the array may have lost its code after the first time.
      const code = this.elements?.codeOf(element) ?? NO_CODE;
      if (code !== NO_CODE) this.elements?.unlink(code, slot);
    }
  }

  /** The slots whose value has one of the codes. */
  private withCodes(codes: BitSet): BitSet {
    const slots = new BitSet(this.codes.length);
    const list = codes.toArray();
    if (list.length > this.codes.length * SCAN_PART) {
      uniteCodesAmong(this.codes, codes, slots);
    } else {
      for (const code of list) this.values.uniteInto(code, slots);
    }
    return slots;
  }

  private reserve(slots: number): void {
    if (slots <= this.codes.length) return;
    const codes = new Uint32Array(Math.max(slots, 1_024, this.codes.length * 2));
    codes.set(this.codes);
    this.codes = codes;
  }
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
