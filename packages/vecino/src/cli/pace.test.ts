import { describe, expect, it } from 'vitest';
import { Pace } from './pace.ts';

describe('Pace', () => {
  it('reckons from where the work was resumed', () => {
    let now = 1_000;
    const pace = new Pace('importing', 'bytes', { done: 0, total: 2_000, records: 0 }, () => now);
    pace.skip(500, 50);
    expect(pace.describe({ done: 500, total: 2_000, records: 50 })).toBe(
      'importing 25%  500 B of 2.0 kB  50 records',
    );
    now += 2_000;
    expect(pace.describe({ done: 1_000, total: 2_000, records: 250 })).toBe(
      'importing 50%  1.0 kB of 2.0 kB  250 records  100/s  4.0 s left',
    );
    expect(pace.describe({ done: 2_000, total: 2_000, records: 450 })).toBe(
      'importing 100%  2.0 kB of 2.0 kB  450 records  200/s',
    );
  });

  it('says nothing of the remaining time where the total is unknown', () => {
    let now = 0;
    const pace = new Pace('importing', 'bytes', { done: 0, total: undefined, records: 0 }, () => now);
    now = 1_000;
    expect(pace.describe({ done: 10, total: undefined, records: 5 })).toBe('importing  10 B  5 records  5/s');
  });

  it('counts records where they are the measure', () => {
    let now = 0;
    const pace = new Pace('exporting', 'records', { done: 0, total: 4_000, records: 0 }, () => now);
    now = 1_000;
    expect(pace.describe({ done: 1_000, total: 4_000, records: 1_000 })).toBe(
      'exporting 25%  1,000 of 4,000 records  1,000/s  3.0 s left',
    );
  });
});
