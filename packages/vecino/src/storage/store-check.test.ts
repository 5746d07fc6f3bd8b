import { describe, expect, it } from 'vitest';
import { openForWriting } from './open-for-writing.ts';
import { SqliteWriter } from './sqlite-writer.ts';
import { checkStore } from './store-check.ts';

function healthy() {
  const connection = openForWriting(':memory:', undefined);
  const writer = new SqliteWriter(connection);
  const { id } = writer.createCollection({
    name: 'a',
    dimension: 2,
    metric: 'l2',
    embedding: null,
    index: {},
  });
  writer.write({
    collection: id,
    removals: new Uint32Array(),
    puts: {
      slots: Uint32Array.of(0, 1),
      ids: ['a', 'b'],
      vectors: new Float32Array(4),
      documents: [null, ''],
      metadata: ['{}', '{"a":[1]}'],
    },
    patches: { slots: new Uint32Array(), documents: [], metadata: [] },
  });
  const empty = {
    slots: new Uint32Array(),
    ids: [],
    vectors: new Float32Array(),
    documents: [],
    metadata: [],
  };
  writer.write({ collection: id, removals: Uint32Array.of(0), puts: empty, patches: empty });
  return connection;
}

describe('the check of a store', () => {
  it('finds nothing where all is well', () => {
    expect(checkStore(healthy())).toEqual([]);
  });

  it.each([
    ['records have no vector', 'DELETE FROM vectors'],
    ['vectors have another length', "UPDATE vectors SET vector = x'00'"],
    [
      'under the key of another collection',
      'PRAGMA foreign_keys = OFF; UPDATE records SET key = key - 4294967296; UPDATE vectors SET key = key - 4294967296',
    ],
    ['no JSON object', "UPDATE records SET metadata = '[]'"],
    ['no JSON object', "UPDATE records SET metadata = '{'"],
    ['later sequence number than their collection', 'UPDATE collections SET seq = 1'],
    ['given twice', 'UPDATE removals SET seq = 3'],
    ['later sequence number than the store', 'UPDATE sequence SET last = 1'],
    ['count as forgotten', 'UPDATE collections SET removals_forgotten = seq'],
    ['is gone', 'PRAGMA foreign_keys = OFF; DELETE FROM collections'],
  ])('finds: %s (%s)', (problem, damage) => {
    const connection = healthy();
    connection.exec(damage);
    expect(checkStore(connection)).toContainEqual(expect.stringContaining(problem));
  });
});
