import type { JsonValue } from '../api/metadata.ts';
import { BitSet } from '../base/bit-set.ts';
import { canonicalText } from './json-order.ts';
import type { Range } from './predicate.ts';
import { SlotSets } from './slot-sets.ts';
import { TextOrder } from './text-order.ts';

type Scalar = string | number | boolean | null;

/** The code that no value has. */
export const NO_CODE = 0;

/**
 * Which slots hold which value. Every different value has a small integer, its code, for as long as a slot
 * holds it; codes of values that are gone are given to new ones.
 */
export class ValueIndex {
  private readonly scalars = new Map<Scalar, number>();
  /** Arrays and objects by their canonical text. */
  private readonly composites = new Map<string, number>();
  /** The scalar, or the canonical text of the composite, by code. */
  private readonly values: Scalar[] = [null];
  private readonly isComposite = new BitSet();
  private readonly freeCodes: number[] = [];
  private readonly slots = new SlotSets();
  private readonly order = new TextOrder((code) => this.values[code] as string);
  /** Different numbers held. */
  numbers = 0;

  codeOf(value: JsonValue): number {
    const code =
      typeof value === 'object' && value !== null
        ? this.composites.get(canonicalText(value))
        : this.scalars.get(value);
    return code ?? NO_CODE;
  }

  valueOf(code: number): JsonValue {
    const value = this.values[code] ?? null;
    return this.isComposite.has(code) ? JSON.parse(value as string) : value;
  }

  /** Notes that a slot holds a value and answers the value's code. */
  add(value: JsonValue, slot: number): number {
    const code = this.codeOf(value) || this.assignCode(value);
    this.slots.add(code, slot);
    return code;
  }

  remove(code: number, slot: number): void {
    this.slots.remove(code, slot);
    if (this.slots.size(code) === 0) this.releaseCode(code);
  }

  /** Adds to a bitmap the slots that hold a value. */
  uniteEqual(value: JsonValue, into: BitSet): void {
    const code = this.codeOf(value);
    if (code !== NO_CODE) this.slots.uniteInto(code, into);
  }

  /** Adds to a bitmap the slots whose text lies between two bounds. */
  uniteTextsBetween({ lower, upper }: Range, into: BitSet): void {
    this.order.forEachBetween(lower, upper, (code) => this.slots.uniteInto(code, into));
  }

  /** Adds to a bitmap the slots whose text has a part. Looks at every different text. */
  uniteTextsWith(part: string, into: BitSet): void {
    for (const [value, code] of this.scalars) {
      if (typeof value === 'string' && value.includes(part)) this.slots.uniteInto(code, into);
    }
  }

  /** Memory, estimated. */
  bytes(): number {
    let bytes = this.slots.bytes() + this.order.bytes;
    // A string's characters and header; an entry of a map and of the list of values.
    for (const value of this.values) bytes += 48 + (typeof value === 'string' ? 24 + value.length : 16);
    return bytes;
  }

  private assignCode(value: JsonValue): number {
    const code = this.freeCodes.pop() ?? this.values.length;
    if (typeof value === 'object' && value !== null) {
      const text = canonicalText(value);
      this.composites.set(text, code);
      this.values[code] = text;
      this.isComposite.add(code);
      return code;
    }
    this.scalars.set(value, code);
    this.values[code] = value;
    if (typeof value === 'string') this.order.add(code);
    if (typeof value === 'number') this.numbers++;
    return code;
  }

  private releaseCode(code: number): void {
    const value = this.values[code] ?? null;
    if (this.isComposite.has(code)) {
      this.composites.delete(value as string);
      this.isComposite.delete(code);
    } else {
      this.scalars.delete(value);
      if (typeof value === 'string') this.order.remove(code);
      if (typeof value === 'number') this.numbers--;
    }
    this.values[code] = null;
    this.freeCodes.push(code);
  }
}
