import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readTfjsWeights } from './tfjs-weights.ts';

describe('readTfjsWeights', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'vecino-tfjs-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const quantization = { dtype: 'uint8', scale: 0.5, min: -1 };
  function write(shards: readonly number[][]): void {
    const weights = [
      { name: 'a', shape: [2, 2], dtype: 'float32', quantization },
      { name: 'axes', shape: [1], dtype: 'int32' },
      { name: 'b', shape: [], dtype: 'float32', quantization },
    ];
    const paths = shards.map((_, i) => `shard${i}.bin`);
    writeFileSync(join(folder, 'model.json'), JSON.stringify({ weightsManifest: [{ paths, weights }] }));
    for (const [i, shard] of shards.entries()) {
      writeFileSync(join(folder, `shard${i}.bin`), Uint8Array.from(shard));
    }
  }

  it('finds each weight behind those before it, across shards and unquantized ones', () => {
    write([
      [1, 2, 3],
      [4, 0, 0, 0, 0, 9],
    ]);
    const weights = readTfjsWeights(folder);
    expect([...weights.keys()]).toEqual(['a', 'b']);
    expect([...(weights.get('a')?.bytes ?? [])]).toEqual([1, 2, 3, 4]);
    expect(weights.get('b')).toMatchObject({ shape: [], scale: 0.5, min: -1 });
    expect([...(weights.get('b')?.bytes ?? [])]).toEqual([9]);
  });

  it('refuses shards of another size than the manifest says', () => {
    write([[1, 2, 3, 4]]);
    expect(() => readTfjsWeights(folder)).toThrow(/are 4 bytes, expected 9/);
  });
});
