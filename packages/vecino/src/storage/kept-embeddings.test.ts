import { describe, expect, it } from 'vitest';
import { KEY_BYTES, KeptEmbeddings } from './kept-embeddings.ts';
import { openForWriting } from './open-for-writing.ts';
import { ReadConnection } from './read-connection.ts';
import { SqliteWriter } from './sqlite-writer.ts';
import { checkStore } from './store-check.ts';

const keyOf = (number: number) => new Uint8Array(KEY_BYTES).fill(number);

function opened() {
  const connection = openForWriting(':memory:', undefined);
  const writer = new SqliteWriter(connection);
  const kept = new KeptEmbeddings(new ReadConnection(':memory:', connection));
  const keep = (numbers: readonly number[], bytesMax = 1e6) => {
    const keys = Uint8Array.from(numbers.flatMap((number) => [...keyOf(number)]));
    const vectors = Float32Array.from(numbers.flatMap((number) => [number, number / 2]));
    writer.keepEmbeddings({ keys, vectors, bytesMax });
  };
  return { connection, kept, keep };
}

describe('kept embeddings', () => {
  it('are found by their keys, the first that was kept', () => {
    const { kept, keep, connection } = opened();
    keep([1, 2]);
    keep([2, 3, 3]);
    expect(kept.find(keyOf(2))).toEqual(Float32Array.of(2, 1));
    expect(kept.find(keyOf(4))).toBeUndefined();
    expect(kept.size()).toEqual({ vectors: 3, bytes: 3 * 104 });
    expect(checkStore(connection)).toEqual([]);
  });

  it('go when they are too many, the oldest first, also more than are looked through at once', () => {
    const { kept, keep, connection } = opened();
    keep(Array.from({ length: 200 }, (_, i) => i));
    keep([201], 10 * 104);
    expect(kept.size()).toEqual({ vectors: 10, bytes: 10 * 104 });
    expect(kept.find(keyOf(190))).toBeUndefined();
    expect(kept.find(keyOf(191))).toBeDefined();
    expect(kept.find(keyOf(201))).toBeDefined();
    keep([], 0);
    expect(kept.size()).toEqual({ vectors: 0, bytes: 0 });
    expect(checkStore(connection)).toEqual([]);
  });

  it.each([
    ['sums of kept embeddings are wrong', 'DELETE FROM kept_embeddings WHERE number = 1'],
    ['an impossible length', "UPDATE kept_embeddings SET vector = x'000000'"],
    ['an impossible length', "UPDATE kept_embeddings SET key = x'00' WHERE number = 1"],
  ])('are checked: %s', (problem, damage) => {
    const { keep, connection } = opened();
    keep([1, 2]);
    connection.exec(damage);
    expect(checkStore(connection)).toContainEqual(expect.stringContaining(problem));
  });
});
