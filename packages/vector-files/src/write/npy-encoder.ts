import type { Encoder } from './encoder.ts';
import type { ByteSink } from './sink.ts';

/** A multiple of 64, so that the numbers can be mapped into memory aligned; enough for any shape. */
const HEAD_BYTES = 128;

/** NumPy's format, version 1: float32, the least byte first. How many rows there are is written last. */
export function npyEncoder(sink: ByteSink, dimension: number): Encoder {
  let rows = 0;
  let isBegun = false;
  const begin = async () => {
    if (!isBegun) await sink.write(head(0, dimension));
    isBegun = true;
  };
  return {
    async write(batch) {
      await begin();
      const numbers = new Float32Array(batch.length * dimension);
      batch.forEach(({ vector }, row) => {
        if (vector) numbers.set(vector, row * dimension);
      });
      rows += batch.length;
      await sink.write(new Uint8Array(numbers.buffer));
    },
    async finish() {
      await begin();
      await sink.rewrite(head(rows, dimension), 0);
    },
  };
}

function head(rows: number, dimension: number): Uint8Array {
  const bytes = Buffer.alloc(HEAD_BYTES, ' ');
  const prefix = Buffer.from('\x93NUMPY\x01\x00', 'latin1');
  prefix.copy(bytes);
  bytes.writeUInt16LE(HEAD_BYTES - prefix.length - 2, prefix.length);
  bytes.write(`{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${dimension}), }`, 10, 'latin1');
  bytes.write('\n', HEAD_BYTES - 1, 'latin1');
  return bytes;
}
