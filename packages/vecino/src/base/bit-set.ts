/**
 * A growable set of unsigned 32-bit ordinals (slots), one bit each.
 *
 * Reading beyond the capacity answers false; writing beyond it grows. `words` is the little-endian
 * bitmap that filters produce and that the WebAssembly engine reads: bit i of the set is bit
 * `i & 31` of word `i >> 5`. It is replaced when the set grows, so fetch it again after `add`, `addAll`
 * and `union`.
 */
export class BitSet {
  words: Uint32Array;

  constructor(capacity = 0) {
    this.words = new Uint32Array(wordsFor(capacity));
  }

  static from(ordinals: Iterable<number>): BitSet {
    const set = new BitSet();
    for (const ordinal of ordinals) set.add(ordinal);
    return set;
  }

  /** All of 0 … count-1. */
  static range(count: number): BitSet {
    const set = new BitSet(count);
    set.words.fill(0xffffffff, 0, count >>> 5);
    if (count & 31) set.words[count >>> 5] = 2 ** (count & 31) - 1;
    return set;
  }

  get capacity(): number {
    return this.words.length << 5;
  }

  has(ordinal: number): boolean {
    return (((this.words[ordinal >>> 5] ?? 0) >>> (ordinal & 31)) & 1) === 1;
  }

  add(ordinal: number): void {
    const word = ordinal >>> 5;
    if (word >= this.words.length) this.reserve(ordinal + 1);
    this.words[word] = (this.words[word] ?? 0) | (1 << (ordinal & 31));
  }

  /** Adds many at once: several times as fast as `add` in a loop. */
  addAll(ordinals: ArrayLike<number>): void {
    const count = ordinals.length;
    let highest = -1;
    for (let i = 0; i < count; i++) highest = Math.max(highest, ordinals[i] ?? 0);
    this.reserve(highest + 1);
    const words = this.words;
    for (let i = 0; i < count; i++) {
      const ordinal = ordinals[i] ?? 0;
      const word = ordinal >>> 5;
      words[word] = (words[word] ?? 0) | (1 << (ordinal & 31));
    }
  }

  delete(ordinal: number): void {
    const word = ordinal >>> 5;
    if (word < this.words.length) this.words[word] = (this.words[word] ?? 0) & ~(1 << (ordinal & 31));
  }

  count(): number {
    const words = this.words;
    let total = 0;
    for (let i = 0; i < words.length; i++) total += popcount(words[i] ?? 0);
    return total;
  }

  /** How many members both have. */
  countCommon(other: BitSet): number {
    const [mine, theirs] = [this.words, other.words];
    const shared = Math.min(mine.length, theirs.length);
    let total = 0;
    for (let i = 0; i < shared; i++) total += popcount((mine[i] ?? 0) & (theirs[i] ?? 0));
    return total;
  }

  isEmpty(): boolean {
    const words = this.words;
    for (let i = 0; i < words.length; i++) if (words[i] !== 0) return false;
    return true;
  }

  /** Whether both have the same members, whatever their capacities. */
  equals(other: BitSet): boolean {
    const length = Math.max(this.words.length, other.words.length);
    for (let i = 0; i < length; i++) if ((this.words[i] ?? 0) !== (other.words[i] ?? 0)) return false;
    return true;
  }

  clone(): BitSet {
    const copy = new BitSet();
    copy.words = this.words.slice();
    return copy;
  }

  /** Keeps what is in both; answers itself. */
  intersect(other: BitSet): this {
    const [mine, theirs] = [this.words, other.words];
    const shared = Math.min(mine.length, theirs.length);
    for (let i = 0; i < shared; i++) mine[i] = (mine[i] ?? 0) & (theirs[i] ?? 0);
    mine.fill(0, shared);
    return this;
  }

  /** Adds what is in the other; answers itself. */
  union(other: BitSet): this {
    this.reserve(other.capacity);
    const [mine, theirs] = [this.words, other.words];
    for (let i = 0; i < theirs.length; i++) mine[i] = (mine[i] ?? 0) | (theirs[i] ?? 0);
    return this;
  }

  /** Removes what is in the other; answers itself. */
  subtract(other: BitSet): this {
    const [mine, theirs] = [this.words, other.words];
    const shared = Math.min(mine.length, theirs.length);
    for (let i = 0; i < shared; i++) mine[i] = (mine[i] ?? 0) & ~(theirs[i] ?? 0);
    return this;
  }

  /** The members in ascending order. {@link toArray} is many times as fast where all are wanted. */
  *[Symbol.iterator](): Generator<number> {
    for (let i = 0; i < this.words.length; i++) {
      let word = this.words[i] ?? 0;
      while (word !== 0) {
        yield (i << 5) + lowestBit(word);
        word &= word - 1;
      }
    }
  }

  /** The members in ascending order, as a typed array. */
  toArray(): Uint32Array {
    const words = this.words;
    const members = new Uint32Array(this.count());
    let next = 0;
    for (let i = 0; i < words.length; i++) {
      let word = words[i] ?? 0;
      while (word !== 0) {
        members[next++] = (i << 5) + lowestBit(word);
        word &= word - 1;
      }
    }
    return members;
  }

  private reserve(capacity: number): void {
    if (capacity <= this.capacity) return;
    const words = new Uint32Array(
      Math.max(wordsFor(capacity), this.words.length + (this.words.length >>> 1)),
    );
    words.set(this.words);
    this.words = words;
  }
}

function wordsFor(capacity: number): number {
  return (capacity + 31) >>> 5;
}

function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}

function popcount(word: number): number {
  let x = word - ((word >>> 1) & 0x55555555);
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
  return Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
