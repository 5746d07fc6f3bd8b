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
