/** Hands out slots: freed ones first, then the next that was never used. */
export class SlotAllocator {
  private readonly freed = new Set<number>();
  private next = 0;

  /** Slots at and beyond this one were never used. */
  get end(): number {
    return this.next;
  }

  allocate(count: number): Uint32Array {
    const slots = new Uint32Array(count);
    let filled = 0;
    for (const slot of this.freed) {
      if (filled === count) break;
      this.freed.delete(slot);
      slots[filled++] = slot;
    }
    while (filled < count) slots[filled++] = this.next++;
    return slots;
  }

  /** Gives slots back. */
  free(slots: Iterable<number>): void {
    for (const slot of slots) this.freed.add(slot);
  }

  /** Takes a slot that the store says is occupied, whether it was freed before or never used. */
  claim(slot: number): void {
    this.use(slot + 1);
    this.freed.delete(slot);
  }

  /** Takes all slots below this one as used; those that are not are freed by the caller. */
  use(end: number): void {
    this.next = Math.max(this.next, end);
  }
}
