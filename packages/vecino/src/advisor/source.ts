import type { Metric } from '../api/search.ts';
import { seededRandom } from '../base/random.ts';

/** Where the vectors come from that advice is asked for: a collection, or a file. */
export interface VectorSource {
  /** The name of it, as the advice tells it. */
  readonly subject: string;
  /** The opening words of messages. */
  readonly thing: string;
  readonly dimension: number;
  readonly metric: Metric;
  readonly records: number;
  /** Whether searches are to be measured with a filter. */
  readonly isFiltered: boolean;
  /** The recall that the index aims at by itself, if it does. */
  readonly recall: number | undefined;
  /** Vectors of real queries that were kept. */
  readonly recorded: readonly Float32Array[];
  /** By ordinals from 0 to `records` - 1; undefined where a record is gone meanwhile. */
  read(ordinals: Uint32Array): Promise<readonly (SourceRecord | undefined)[]>;
}

export interface SourceRecord {
  readonly vector: Float32Array;
  /** Whether the filter lets it pass; true where there is none. */
  readonly matches: boolean;
}

/** Records read in one go. */
const CHUNK = 512;

/** Records of a source in an order of chance, of which any number of the first is a fair sample. */
export class Sample {
  private readonly source: VectorSource;
  private readonly order: Uint32Array;
  private readonly drawn: SourceRecord[] = [];
  private next = 0;

  constructor(source: VectorSource, seed: number) {
    this.source = source;
    this.order = shuffled(source.records, seed);
  }

  /** The first so many; fewer where the source has no more. `between` is told how many there are, now and then. */
  async first(count: number, between: (drawn: number) => void): Promise<readonly SourceRecord[]> {
    while (this.drawn.length < count && this.next < this.order.length) {
      between(this.drawn.length);
      const wanted = Math.min(CHUNK, count - this.drawn.length);
      const ordinals = this.order.subarray(this.next, this.next + wanted);
      this.next += ordinals.length;
      for (const record of await this.source.read(ordinals)) if (record) this.drawn.push(record);
    }
    return this.drawn.slice(0, count);
  }
}

/** Fisher and Yates. */
function shuffled(count: number, seed: number): Uint32Array {
  const random = seededRandom(seed);
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j] ?? 0, order[i] ?? 0];
  }
  return order;
}
