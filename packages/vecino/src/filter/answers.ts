import type { BitSet } from '../base/bit-set.ts';
import type { Predicate } from './predicate.ts';

/** The slots that a filter lets pass, and how many they are. Shared by all who ask: not to be changed. */
export interface Matches {
  readonly slots: BitSet;
  readonly count: number;
}

/** Answers kept at most, the latest ones. */
const KEPT = 32;

/**
 * Answers of filters for as long as nothing is written. Programs ask with the same few filters again and again,
 * and evaluating one takes about as long as a search of 60,000 records.
 */
export class FilterAnswers {
  private readonly known = new Map<string, Matches>();
  private version = -1;

  /**
   * @param version of everything that the answer depends on
   * @param namespace in which the question was asked
   */
  get(predicate: Predicate, version: number, evaluate: () => BitSet, namespace?: number): Matches {
    if (version !== this.version) this.known.clear();
    this.version = version;
    const key = `${namespace ?? ''}${JSON.stringify(predicate, distinct)}`;
    const kept = this.known.get(key);
    // Whatever is asked again goes to the end of the line.
    this.known.delete(key);
    const matches = kept ?? matchesOf(evaluate());
    this.known.set(key, matches);
    if (this.known.size > KEPT) this.known.delete(this.known.keys().next().value ?? '');
    return matches;
  }

  get bytes(): number {
    return this.known.values().reduce((sum, { slots }) => sum + slots.words.byteLength, 0);
  }
}

function matchesOf(slots: BitSet): Matches {
  return { slots, count: slots.count() };
}

/** Numbers that JSON has no text for are told apart; no operand of a filter is an object. */
function distinct(_: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? { number: String(value) } : value;
}
