/** Hands out slots: freed ones first, then the next that was never used. */
export class SlotAllocator {
  private readonly freed: number[] = [];
  private next = 0;

  /** Slots at and beyond this one were never used. */
  get end(): number {
    return this.next;
  }

  allocate(count: number): Uint32Array {
    const slots = new Uint32Array(count);
    for (let i = 0; i < count; i++) slots[i] = this.freed.pop() ?? this.next++;
    return slots;
  }

  /** Gives slots back. */
  free(slots: Iterable<number>): void {
    for (const slot of slots) this.freed.push(slot);
  }

  /** Takes all slots below this one as used; those that are not are freed by the caller. */
  use(end: number): void {
    this.next = Math.max(this.next, end);
  }
}
