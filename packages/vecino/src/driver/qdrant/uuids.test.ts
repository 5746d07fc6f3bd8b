import { expect, it } from 'vitest';
import { changeNames, pointIdOf } from './uuids.ts';

it('makes name-based UUIDs, the same for the same names for ever', () => {
  expect(pointIdOf('', 'a')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  // Frozen: records would be written twice if it changed.
  expect(pointIdOf('', 'a')).toBe('12e3f53a-701b-5ebb-aac3-241f2cb70aaf');
});

it('keeps namespace and id apart', () => {
  expect(pointIdOf('a', 'b')).not.toBe(pointIdOf('', 'ab'));
  expect(pointIdOf('a","b', 'c')).not.toBe(pointIdOf('a', 'b","c'));
});

it('names changes by what nobody else does', () => {
  const names = [...changeNames(1_000), ...changeNames(1_000)];
  expect(new Set(names).size).toBe(2_000);
  for (const name of names) expect(name).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-/);
});
