/** Hands out numbers (of slots, of nodes): freed ones first, then the next that was never used. */
export class NumberAllocator {
  private readonly freed = new Set<number>();
  private next = 0;

  /** Numbers at and beyond this one were never used. */
  get end(): number {
    return this.next;
  }

  allocate(count: number): Uint32Array {
    const numbers = new Uint32Array(count);
    let filled = 0;
    for (const number of this.freed) {
      if (filled === count) break;
      this.freed.delete(number);
      numbers[filled++] = number;
    }
    while (filled < count) numbers[filled++] = this.next++;
    return numbers;
  }

  /** Gives numbers back. One that was never used is free as it is: kept here, it would be handed out twice. */
  free(numbers: Iterable<number>): void {
    for (const number of numbers) if (number < this.next) this.freed.add(number);
  }

  /** Takes a number that is known to be in use, whether it was freed before or never used. */
  claim(number: number): void {
    this.use(number + 1);
    this.freed.delete(number);
  }

  /** Takes all numbers below this one as used; those that are not are freed by the caller. */
  use(end: number): void {
    this.next = Math.max(this.next, end);
  }
}
