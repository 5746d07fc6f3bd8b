const NONE = 0xffffffff;

/** Which node holds each slot of a segment; the way back stands in the segment's memory. */
export class SlotMap {
  private nodes = new Uint32Array();

  /** The node of a slot, or undefined where it has none. */
  get(slot: number): number | undefined {
    const node = this.nodes[slot];
    return node === NONE ? undefined : node;
  }

  set(slot: number, node: number): void {
    if (slot >= this.nodes.length) this.reserve(slot + 1);
    this.nodes[slot] = node;
  }

  delete(slot: number): void {
    if (slot < this.nodes.length) this.nodes[slot] = NONE;
  }

  /** Slots at and beyond this one have no node. */
  get end(): number {
    let end = this.nodes.length;
    while (end > 0 && this.nodes[end - 1] === NONE) end -= 1;
    return end;
  }

  get bytes(): number {
    return this.nodes.byteLength;
  }

  private reserve(slots: number): void {
    const grown = new Uint32Array(Math.max(slots, this.nodes.length + (this.nodes.length >>> 1), 64));
    grown.set(this.nodes);
    grown.fill(NONE, this.nodes.length);
    this.nodes = grown;
  }
}
