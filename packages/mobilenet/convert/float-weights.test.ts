import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readFloatWeights } from './float-weights.ts';

describe('readFloatWeights', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'vecino-weights-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function write(bytes: Uint8Array, weights: readonly object[]): void {
    writeFileSync(
      join(folder, 'model.json'),
      JSON.stringify({ weightsManifest: [{ paths: ['a', 'b'], weights }] }),
    );
    writeFileSync(join(folder, 'a'), bytes.subarray(0, 6));
    writeFileSync(join(folder, 'b'), bytes.subarray(6));
  }

  it('finds floats behind other weights, across shards, at any byte', () => {
    const floats = new Uint8Array(Float32Array.of(0.5, -2).buffer);
    write(Uint8Array.from([1, ...floats]), [
      { name: 'flag', shape: [], dtype: 'bool' },
      { name: 'a', shape: [2, 1], dtype: 'float32' },
    ]);
    expect(readFloatWeights(folder)).toEqual(
      new Map([['a', { shape: [2, 1], numbers: Float32Array.of(0.5, -2) }]]),
    );
  });

  it('refuses shards of another size than the manifest says, and bytes in the place of floats', () => {
    write(new Uint8Array(9), [{ name: 'a', shape: [2], dtype: 'float32' }]);
    expect(() => readFloatWeights(folder)).toThrow(/are 9 bytes, expected 8/);
    write(new Uint8Array(8), [{ name: 'a', shape: [8], dtype: 'float32', quantization: {} }]);
    expect(() => readFloatWeights(folder)).toThrow(/"a" .* is quantized, expected floats/);
  });
});
