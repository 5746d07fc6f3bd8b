import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../api/metadata.ts';
import { typedCell } from './csv-rows.ts';
import { DEFAULT_FIELDS, type FieldMapping, MappingFault, recordOf } from './field-mapping.ts';
import { INPUT_START } from './rows.ts';

describe('recordOf', () => {
  it('understands what export writes', () => {
    const exported = { id: 'a', document: 'text', metadata: { year: 1, tags: ['x'] }, vector: [1, 2] };
    expect(map(exported)).toEqual(exported);
  });

  it('makes metadata of the fields that have no other role', () => {
    expect(map({ id: 'a', vector: [1], year: 1997, author: { name: 'R' } })).toEqual({
      id: 'a',
      vector: [1],
      metadata: { year: 1997, author: { name: 'R' } },
    });
    expect(map({ vector: [1], metadata: { a: 1 }, b: 2 })).toEqual({ vector: [1], metadata: { a: 1, b: 2 } });
    expect(map({ vector: [1], metadata: 'text' })).toEqual({ vector: [1], metadata: { metadata: 'text' } });
  });

  it('takes the fields that it is told', () => {
    const row = { key: 17, title: 'T', emb: [1], year: 1, id: 'other' };
    const fields = { id: 'key', document: 'title', vector: 'emb' };
    expect(map(row, fields)).toEqual({
      id: '17',
      document: 'T',
      vector: [1],
      metadata: { year: 1, id: 'other' },
    });
    expect(map(row, { ...fields, metadata: ['year', 'absent'] })).toMatchObject({ metadata: { year: 1 } });
  });

  it('reads the cells of a CSV, but leaves id and document as they are', () => {
    const row = { id: '17', document: '[1]', vector: '[1,2]', year: '1997', metadata: '{"a":1}' };
    const record = { id: '17', document: '[1]', vector: [1, 2] };
    expect(map(row, { readValue: typedCell, readVector: typedCell })).toEqual({
      ...record,
      metadata: { a: 1, year: 1997 },
    });
    expect(map(row, { readVector: typedCell })).toEqual({
      ...record,
      metadata: { year: '1997', metadata: '{"a":1}' },
    });
  });

  it('keeps a field with a dangerous name an own property', () => {
    const record = map(JSON.parse('{"vector":[1],"__proto__":{"x":1}}') as JsonObject);
    expect(record instanceof MappingFault ? [] : Object.keys(record.metadata ?? {})).toEqual(['__proto__']);
  });

  it('takes null for absent', () => {
    expect(map({ id: null, document: null, vector: [1] })).toEqual({ vector: [1], metadata: {} });
  });

  it.each([
    [{ id: 1.5, vector: [1] }, 'a string or an integer in "id" (it is the number 1.5)'],
    [{ document: 5 }, 'text in "document" (it is the number 5)'],
    [{ vector: 'x' }, 'an array of numbers in "vector" (it is a string)'],
    [
      { text: 'x', title: 'y' },
      'a vector in "vector" or a text in "document" (there are "text", "title"; name yours with --vector-field or --text-field)',
    ],
    [{ vector: [1], a: 1, metadata: { a: 2 } }, '"a" either inside or beside "metadata"'],
  ])('%j: expected %s', (fields, expected) => expect(map(fields)).toEqual(new MappingFault(expected)));
});

function map(fields: JsonObject, mapping: Partial<FieldMapping> = {}) {
  const row = {
    kind: 'row',
    line: 1,
    end: INPUT_START,
    text: '',
    fields: new Map(Object.entries(fields)),
  } as const;
  const same = (value: JsonValue) => value;
  const plain = { ...DEFAULT_FIELDS, metadata: undefined, readValue: same, readVector: same };
  return recordOf(row, { ...plain, ...mapping });
}
