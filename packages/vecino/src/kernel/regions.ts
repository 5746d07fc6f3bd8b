import { assert } from '../base/assert.ts';

/** A processor's cache line. */
export const LINE = 64;

/** Lays regions one after the other, each on a cache line of its own. */
export class Regions {
  end = 0;

  add(bytes: number): number {
    const start = this.end;
    this.end = roundUp(start + bytes, LINE);
    return start;
  }
}

export function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}

/** Header fields of which those of two parts begin at fixed places. */
export function sectioned(
  common: readonly number[],
  first: number,
  firstPart: readonly number[],
  second: number,
  secondPart: readonly number[],
): number[] {
  const fields = Array<number>(second + secondPart.length).fill(0);
  assert(
    common.length <= first && first + firstPart.length <= second,
    'sections of the header do not overlap',
  );
  for (const [start, part] of [
    [0, common],
    [first, firstPart],
    [second, secondPart],
  ] as const) {
    for (const [i, field] of part.entries()) fields[start + i] = field;
  }
  return fields;
}
