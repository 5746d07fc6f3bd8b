/** Questions come again soon or never. Of 1,536 numbers, 1,000 vectors are 6 MB. */
const VECTORS_MAX = 1_000;

/** The vectors that were asked for last. */
export class RecentVectors {
  private readonly vectors = new Map<string, Float32Array>();

  get(key: string): Float32Array | undefined {
    const vector = this.vectors.get(key);
    if (vector) this.set(key, vector);
    return vector;
  }

  /** Forgets the one that nobody has asked for longest where there are too many. */
  set(key: string, vector: Float32Array): void {
    this.vectors.delete(key);
    this.vectors.set(key, vector);
    if (this.vectors.size <= VECTORS_MAX) return;
    const [oldest = ''] = this.vectors.keys();
    this.vectors.delete(oldest);
  }
}
