import { sortedInSlices } from './sort-in-slices.ts';

/** Elements that are sorted together at least, so that few elements are not sorted each time. */
const SORTED_MIN = 500;

/**
 * The first `most` of many elements in an order, without sorting all of them: whatever comes after the `most`th
 * is dropped now and then. Takes n log most comparisons, and never many at once where `most` is small.
 */
export class FirstInOrder<T> {
  private readonly most: number;
  private readonly compare: (a: T, b: T) => number;
  private readonly kept: T[] = [];
  /** The last of those that are still wanted, once there are enough. */
  private last: T | undefined;

  constructor(most: number, compare: (a: T, b: T) => number) {
    this.most = most;
    this.compare = compare;
  }

  add(element: T): void {
    if (this.last !== undefined && this.compare(element, this.last) >= 0) return;
    this.kept.push(element);
    if (this.kept.length >= 2 * this.most + SORTED_MIN) this.drop();
  }

  /** The first of all that were added, in order. */
  get elements(): readonly T[] {
    this.drop();
    return this.kept;
  }

  /** The same where they may be very many, in slices between which others run. */
  async elementsInSlices(): Promise<readonly T[]> {
    const sorted = await sortedInSlices(this.kept, this.compare);
    return sorted.slice(0, this.most);
  }

  private drop(): void {
    this.kept.sort(this.compare);
    if (this.kept.length > this.most) this.kept.length = this.most;
    if (this.kept.length === this.most) this.last = this.kept.at(-1);
  }
}
