import { describe, expect, it } from 'vitest';
import { PageSize } from './page-size.ts';

const MIB = 1_024 * 1_024;

describe('PageSize', () => {
  it('begins small and grows to what is asked for where records are small', () => {
    const size = new PageSize(1_000);
    const seen: number[] = [];
    for (let page = 0; page < 4; page++) {
      seen.push(size.records);
      size.saw(size.records, size.records * 2_000);
    }
    expect(seen).toEqual([16, 128, 1_000, 1_000]);
  });

  it('keeps pages of large records to some 8 MiB, but a record at least', () => {
    const size = new PageSize(1_000);
    size.saw(16, 16 * MIB);
    expect(size.records).toBe(8);
    size.saw(8, 800 * MIB);
    expect(size.records).toBe(1);
    size.saw(0, 0);
    expect(size.records).toBe(1);
  });

  it('asks for no more than is allowed from the begin', () => expect(new PageSize(5).records).toBe(5));
});
