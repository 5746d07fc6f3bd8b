import { expect, it } from 'vitest';
import { temporaryFolder } from '../temporary-folder.ts';
import { crashRounds } from './rounds.ts';

const ROUNDS = 50;

it('keeps every acknowledged write and nothing by halves through kills at random moments', {
  timeout: 240_000,
}, async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const moments = await crashRounds(temporaryFolder(), ROUNDS, seed);
  // The kills must hit what they are meant to hit.
  expect(moments.get('writing') ?? 0, `seed ${seed}`).toBeGreaterThanOrEqual(ROUNDS / 5);
  expect(moments.get('opening') ?? 0, `seed ${seed}`).toBeGreaterThanOrEqual(2);
});
