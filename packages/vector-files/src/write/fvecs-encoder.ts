import type { Encoder } from './encoder.ts';
import type { ByteSink } from './sink.ts';

const BYTES_OF_NUMBER = 4;

/** Each row its dimension and its floats, the least byte first. */
export function fvecsEncoder(sink: ByteSink, dimension: number): Encoder {
  return {
    async write(batch) {
      const words = new Float32Array(batch.length * (dimension + 1));
      const heads = new Int32Array(words.buffer);
      batch.forEach(({ vector }, row) => {
        const from = row * (dimension + 1);
        heads[from] = dimension;
        if (vector) words.set(vector, from + 1);
      });
      await sink.write(new Uint8Array(words.buffer, 0, words.length * BYTES_OF_NUMBER));
    },
    async finish() {},
  };
}
