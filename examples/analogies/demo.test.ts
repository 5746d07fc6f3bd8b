import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ANALOGIES } from './analogies.ts';
import { readWordVectors } from './word-vectors.ts';

describe('the words', () => {
  it('have all that the analogies name', () => {
    const known = new Set(readWordVectors().map(({ id }) => id));
    const named = ANALOGIES.flatMap(({ a, b, c, d }) => [a, b, c, d]);
    expect(named.filter((word) => !known.has(word))).toEqual([]);
    expect(ANALOGIES.length).toBeGreaterThan(100);
  });
});

describe('demo', { timeout: 120_000 }, () => {
  it('finds queen and rome, and scores analogies', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [join(import.meta.dirname, 'demo.ts')]);
    expect(stdout).toContain('king - man + woman = queen');
    expect(stdout).toContain('paris - france + italy = rome');
    expect(stdout).toContain('by hand: king');
    const shares = new Map(
      Array.from(stdout.matchAll(/^(\S.*?) +\d+ +(\d+) % +(\d+) %$/gm), ([, relation, first]) => [
        relation,
        Number(first),
      ]),
    );
    expect(shares.size).toBe(9);
    // What GloVe of 100 dimensions is good at, and what it is not.
    expect(shares.get('capital : country')).toBeGreaterThan(80);
    expect(shares.get('all')).toBeGreaterThan(50);
  });
});
