import { describe, expect, it } from 'vitest';
import { openForWriting } from './open-for-writing.ts';
import { SqliteWriter } from './sqlite-writer.ts';
import { checkStore } from './store-check.ts';

function healthy() {
  const connection = openForWriting(':memory:', undefined);
  const writer = new SqliteWriter(connection);
  const { id } = writer.createCollection({
    name: 'books',
    dimension: 1,
    metric: 'l2',
    embedding: null,
    index: {},
    fullText: { language: 'english', fields: ['document'], analysis: 1 },
  });
  writer.write({
    collection: id,
    removals: new Uint32Array(),
    puts: {
      slots: Uint32Array.of(0, 1, 4_294_967_295),
      ids: ['a', 'b', 'c'],
      vectors: new Float32Array(3),
      documents: ['one two three', null, 'word '.repeat(300)],
      metadata: ['{}', '{}', '{}'],
    },
    patches: { slots: new Uint32Array(), documents: [], metadata: [] },
  });
  return connection;
}

describe('the check of indexed texts', () => {
  it('finds nothing where all is well', () => {
    expect(checkStore(healthy())).toEqual([]);
  });

  it.each([
    [
      "INSERT INTO full_text_1 (full_text_1, rowid, words, stems) VALUES ('delete', 1, '', '')",
      '1 record missing from the index of texts',
    ],
    ["UPDATE records SET document = 'two words' WHERE id = 'a'", '1 record with other texts than the index'],
    [
      "INSERT INTO full_text_1 (rowid, words, stems) VALUES (7, 'x', 'x')",
      '1 row of the index of texts without a record',
    ],
  ])('after %s finds that %s', (sql, problem) => {
    const connection = healthy();
    connection.exec(sql);
    expect(checkStore(connection)).toEqual([`:memory:: full_text_1: ${problem}`]);
  });
});
