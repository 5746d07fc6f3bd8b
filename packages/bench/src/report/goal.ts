import { rounded } from './numbers.ts';

/** A promise of the project and what a run says of it. */
export interface Goal {
  readonly promise: string;
  readonly found: string;
  /** `undecided` where the machine was too busy for the run to tell. */
  readonly verdict: 'kept' | 'broken' | 'undecided';
}

export function atLeast(promise: string, value: number, min: number, beside = ''): Goal {
  return { promise, found: `${rounded(value)}${beside}`, verdict: value >= min ? 'kept' : 'broken' };
}

export function atMost(promise: string, value: number, max: number, beside = ''): Goal {
  return { promise, found: `${rounded(value)}${beside}`, verdict: value <= max ? 'kept' : 'broken' };
}
