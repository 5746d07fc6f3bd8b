import { gaussian, type Random } from '../random.ts';
import type { Data } from './data.ts';

/** The noise of a copy: its length in proportion to that of the vector. Far enough to be a record of its own. */
const NOISE = 0.5;

/**
 * Data with more rows: copies of the first ones with noise of all directions, for what is about the number of
 * records and not about recall. The texts of a copy are those of its original.
 */
export function enlarged(data: Data, rows: number, random: Random): Data {
  if (rows <= data.rows) return data;
  const { dimension } = data;
  const normal = gaussian(random);
  const base = new Float32Array(rows * dimension);
  base.set(data.base);
  for (let row = data.rows; row < rows; row++) {
    const from = (row % data.rows) * dimension;
    const original = data.base.subarray(from, from + dimension);
    const length = Math.sqrt(original.reduce((sum, value) => sum + value * value, 0));
    const spread = (NOISE * length) / Math.sqrt(dimension);
    base.set(
      original.map((value) => value + spread * normal()),
      row * dimension,
    );
  }
  return {
    ...data,
    rows,
    base,
    texts: () => {
      const texts = data.texts();
      return Array.from(
        { length: rows },
        (_, row) => texts[row % texts.length] ?? { document: '', metadata: {} },
      );
    },
  };
}
