import { malformed } from '../faults.ts';
import type { VectorRow } from '../vector-file.ts';

/** Refuses a row whose vector is not as long as those before it. */
export class SameDimension {
  private readonly path: string;
  private dimension: number | undefined;

  constructor(path: string) {
    this.path = path;
  }

  check({ vector }: VectorRow, row: number): void {
    if (vector === undefined) return;
    this.dimension ??= vector.length;
    if (vector.length === this.dimension) return;
    throw malformed(this.path, {
      row,
      expected: `a vector of ${this.dimension} dimensions as before`,
      received: `one of ${vector.length}`,
      remedy: 'correct or remove the row: all vectors of a file have one dimension',
    });
  }
}
