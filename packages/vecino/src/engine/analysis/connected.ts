/**
 * Disjoint sets by union and find (Tarjan, "Efficiency of a good but not linear set union algorithm", JACM 1975), by
 * size and with paths halved: which things hang together, directly or through others.
 */
export class Connected {
  private readonly parents: Uint32Array;
  private readonly sizes: Uint32Array;

  /** @param count of things, each by itself at first */
  constructor(count: number) {
    this.parents = Uint32Array.from({ length: count }, (_, i) => i);
    this.sizes = new Uint32Array(count).fill(1);
  }

  /** The thing that stands for all that hang together with this one. */
  rootOf(thing: number): number {
    const { parents } = this;
    let at = thing;
    for (;;) {
      const parent = parents[at] ?? at;
      if (parent === at) return at;
      parents[at] = parents[parent] ?? parent;
      at = parent;
    }
  }

  connect(a: number, b: number): void {
    const [rootA, rootB] = [this.rootOf(a), this.rootOf(b)];
    if (rootA === rootB) return;
    const [sizeA, sizeB] = [this.sizes[rootA] ?? 0, this.sizes[rootB] ?? 0];
    const [root, other] = sizeA >= sizeB ? [rootA, rootB] : [rootB, rootA];
    this.parents[other] = root;
    this.sizes[root] = sizeA + sizeB;
  }
}
