import type { JsonValue } from '../api/metadata.ts';
import { BitSet } from '../base/bit-set.ts';
import { canonicalText } from './json-order.ts';
import type { Range } from './predicate.ts';
import { ShardedMap } from './sharded-map.ts';
import { SlotSets } from './slot-sets.ts';
import { TextOrder } from './text-order.ts';

/** A value without parts. */
export type Scalar = string | number | boolean | null;

/** A value whose code is not given from the start. */
export type CodedValue = Exclude<JsonValue, boolean | null>;

/** The code that no value has. */
export const NO_CODE = 0;

/** The code of a number that is in no index: it stands in the column alone. */
export const UNINDEXED = 0xffff_ffff;

/** Codes that every index has from the start, because the values are so few. */
const CODE_OF_NULL = 1;
const CODE_OF_FALSE = 2;
const CODE_OF_TRUE = 3;
const FIRST_FREE_CODE = 4;

/**
 * Which slots hold which value.
 *
 * Every different value has a small integer, its code, for as long as a slot holds it; codes of values that
 * are gone are given to new ones.
 */
export class ValueIndex {
  private readonly texts = new ShardedMap();
  private readonly numbers = new ShardedMap();
  /** Arrays and objects by their canonical text. */
  private readonly composites = new ShardedMap();
  /** The scalar, or the canonical text of the composite, by code. */
  private readonly values: Scalar[] = [null, null, false, true];
  private readonly isComposite = new BitSet();
  private readonly freeCodes: number[] = [];
  private readonly slots = new SlotSets();
  private readonly order = new TextOrder((code) => this.values[code] as string);
  /** How many different numbers are held. */
  numberCount = 0;

  /** {@link NO_CODE} where no slot holds the value. */
  codeOf(value: JsonValue): number {
    switch (typeof value) {
      case 'string':
        return this.texts.get(value) ?? NO_CODE;
      case 'number':
        return this.numbers.get(value) ?? NO_CODE;
      case 'boolean':
        return value ? CODE_OF_TRUE : CODE_OF_FALSE;
      default:
        return value === null ? CODE_OF_NULL : (this.composites.get(canonicalText(value)) ?? NO_CODE);
    }
  }

  valueOf(code: number): JsonValue {
    const value = this.values[code] ?? null;
    return this.isComposite.has(code) ? JSON.parse(value as string) : value;
  }

  /** The value of a code; undefined where it has parts. */
  scalarOf(code: number): Scalar | undefined {
    return this.isComposite.has(code) ? undefined : (this.values[code] ?? null);
  }

  /** All codes are less. */
  get codesEnd(): number {
    return this.values.length;
  }

  /** How many of the slots hold the value of a code. */
  countAmong(code: number, slots: BitSet): number {
    return this.slots.countAmong(code, slots);
  }

  /** Gives a code to a value that has none; a slot is to be linked to it at once. */
  assignCode(value: CodedValue): number {
    const code = this.freeCodes.pop() ?? this.values.length;
    if (typeof value === 'string') {
      this.texts.set(value, code);
      this.values[code] = value;
      this.order.add(code);
    } else if (typeof value === 'number') {
      this.numbers.set(value, code);
      this.values[code] = value;
      this.numberCount++;
    } else {
      const text = canonicalText(value);
      this.composites.set(text, code);
      this.values[code] = text;
      this.isComposite.add(code);
    }
    return code;
  }

  /** The code of a value, a new one where it had none; a slot is to be linked to it at once. */
  ensureCode(value: JsonValue): number {
    const code = this.codeOf(value);
    return code === NO_CODE ? this.assignCode(value as CodedValue) : code;
  }

  /** Notes that a slot holds the value of a code; noting it again changes nothing. */
  link(code: number, slot: number): void {
    this.slots.add(code, slot);
  }

  /** The slot no longer holds the value; after the last slot the code is free. */
  unlink(code: number, slot: number): void {
    this.slots.remove(code, slot);
    if (code >= FIRST_FREE_CODE && this.slots.size(code) === 0) this.releaseCode(code);
  }

  /** Adds to a bitmap the slots that are linked to a code. */
  uniteInto(code: number, slots: BitSet): void {
    this.slots.uniteInto(code, slots);
  }

  /** The codes of texts between two bounds. */
  textsBetween(range: Range): BitSet {
    const codes = new BitSet(this.values.length);
    this.order.collectBetween(range, codes);
    return codes;
  }

  /** The codes of texts that have a part. */
  textsWith(part: string): BitSet {
    const codes = new BitSet(this.values.length);
    this.order.collectWith(part, codes);
    return codes;
  }

  /** Memory, estimated. */
  bytes(): number {
    let bytes = this.slots.bytes() + this.order.bytes;
    // A string's characters and header; an entry of a map and of the list of values.
    for (const value of this.values) bytes += 48 + (typeof value === 'string' ? 24 + value.length : 16);
    return bytes;
  }

  private releaseCode(code: number): void {
    const value = this.values[code];
    if (this.isComposite.has(code)) {
      this.composites.delete(value as string);
      this.isComposite.delete(code);
    } else if (typeof value === 'string') {
      this.order.remove(code);
      this.texts.delete(value);
    } else if (typeof value === 'number') {
      this.numbers.delete(value);
      this.numberCount--;
    }
    this.values[code] = null;
    this.freeCodes.push(code);
  }
}
