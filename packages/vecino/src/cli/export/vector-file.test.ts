import { expect, it } from 'vitest';
import type { CollectionDescription } from '../../api/collection.ts';
import { exportedVectors, exportFormat } from './vector-file.ts';

it.each([
  [undefined, undefined, 'jsonl'],
  ['a.parquet', undefined, 'parquet'],
  ['a.NPY', undefined, 'npy'],
  ['a.csv', undefined, 'jsonl'],
  ['a.npy', 'fvecs', 'fvecs'],
] as const)('writes %s with the flag %s as %s', (file, flag, format) => {
  expect(exportFormat(file, flag)).toBe(format);
});

const PLAIN = { name: 'a', dimension: 3 } as CollectionDescription;
const NAMED = {
  name: 'a',
  dimension: 0,
  vectors: { title: { dimension: 2 } },
} as unknown as CollectionDescription;

it('knows which vectors are meant', () => {
  expect(exportedVectors(PLAIN, undefined)).toEqual({ dimension: 3, field: undefined });
  expect(exportedVectors(NAMED, 'title')).toEqual({ dimension: 2, field: 'title' });
});

it.each([
  [PLAIN, 'title', 'FIELD_UNKNOWN', /leave out --field/],
  [NAMED, undefined, 'FIELD_REQUIRED', /give --field/],
  [NAMED, 'titel', 'FIELD_UNKNOWN', /did you mean "title"/],
  [NAMED, 'constructor', 'FIELD_UNKNOWN', /title/],
] as const)('says which are missing', (description, field, code, message) => {
  expect(() => exportedVectors(description, field)).toThrow(
    expect.objectContaining({ code, message: expect.stringMatching(message) }),
  );
});
