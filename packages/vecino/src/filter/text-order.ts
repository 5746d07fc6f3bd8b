import type { BitSet } from '../base/bit-set.ts';
import { compareText } from './json-order.ts';
import type { Bound, Range } from './predicate.ts';

/** Texts of a sorted run. Sorting one takes two milliseconds, which no caller notices. */
const RUN_LENGTH = 4_096;

interface Run {
  /** Codes in the order of their texts. */
  codes: number[];
}

/**
 * The order of a column's different texts, kept while they come and go.
 *
 * One sorted array of a million texts would take seconds to sort anew, or a memory move for every new
 * text. So there are many sorted runs and one unsorted tail, which becomes a run when it is full; a range
 * is found by two binary searches in each run and one pass over the tail. A run that loses half of its
 * texts goes back to the tail, so there are never more than n / 2,048 of them. Adding costs O(log n)
 * amortised, a range O(n / 2,048 · 12 + answer).
 */
export class TextOrder {
  private readonly textOf: (code: number) => string;
  private readonly runs = new Set<Run>();
  /** The run of each code; undefined for those in the tail. */
  private readonly runOf: (Run | undefined)[] = [];
  private tail: number[] = [];

  constructor(textOf: (code: number) => string) {
    this.textOf = textOf;
  }

  add(code: number): void {
    this.runOf[code] = undefined;
    this.tail.push(code);
    if (this.tail.length === RUN_LENGTH) this.sealTail();
  }

  /** To be called while `textOf` still knows the code. */
  remove(code: number): void {
    const run = this.runOf[code];
    if (run === undefined) {
      this.tail.splice(this.tail.indexOf(code), 1);
      return;
    }
    this.runOf[code] = undefined;
    run.codes.splice(this.position(run, this.textOf(code), false), 1);
    if (run.codes.length < RUN_LENGTH / 2) this.dissolve(run);
  }

  /** Adds to a bitmap of codes those whose text lies in the range. */
  collectBetween({ lower, upper }: Range, codes: BitSet): void {
    for (const run of this.runs) {
      const from = lower === undefined ? 0 : this.position(run, String(lower.value), !lower.inclusive);
      const to =
        upper === undefined ? run.codes.length : this.position(run, String(upper.value), upper.inclusive);
      for (let i = from; i < to; i++) codes.add(run.codes[i] ?? 0);
    }
    for (const code of this.tail) if (isBetween(this.textOf(code), lower, upper)) codes.add(code);
  }

  /** Adds to a bitmap of codes those whose text has a part. Looks into every text: 35 ms for a million. */
  collectWith(part: string, codes: BitSet): void {
    for (const run of this.runs) {
      for (const code of run.codes) if (this.textOf(code).includes(part)) codes.add(code);
    }
    for (const code of this.tail) if (this.textOf(code).includes(part)) codes.add(code);
  }

  /** Memory, estimated. */
  get bytes(): number {
    return this.runOf.length * 8 + this.runs.size * RUN_LENGTH * 8 + this.tail.length * 8;
  }

  /** The first position in a run whose text is not smaller than `text`, or larger where `after` is true. */
  private position(run: Run, text: string, after: boolean): number {
    let [low, high] = [0, run.codes.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const difference = compareText(this.textOf(run.codes[middle] ?? 0), text);
      if (difference < 0 || (after && difference === 0)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private sealTail(): void {
    const run: Run = {
      codes: this.tail.sort((a, b) => compareText(this.textOf(a), this.textOf(b))),
    };
    for (const code of run.codes) this.runOf[code] = run;
    this.runs.add(run);
    this.tail = [];
  }

  private dissolve(run: Run): void {
    this.runs.delete(run);
    for (const code of run.codes) this.add(code);
  }
}

function isBetween(text: string, lower: Bound | undefined, upper: Bound | undefined): boolean {
  if (lower !== undefined) {
    const difference = compareText(text, String(lower.value));
    if (lower.inclusive ? difference < 0 : difference <= 0) return false;
  }
  if (upper !== undefined) {
    const difference = compareText(text, String(upper.value));
    if (upper.inclusive ? difference > 0 : difference >= 0) return false;
  }
  return true;
}
