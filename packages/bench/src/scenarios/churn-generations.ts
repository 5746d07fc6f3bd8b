import { type Random, shuffledOrdinals } from '../random.ts';

/** What a round of churn changes, and what is stored after it. */
export interface Generation {
  readonly removed: readonly number[];
  readonly inserted: readonly number[];
  /** 1 for each row that is stored after the round. */
  readonly stored: Uint8Array;
}

/**
 * Rounds of churn over a pool of rows, half of which are stored at any time. Round 0 stores the first half; in
 * each further round half of the stored rows, drawn at random, give way to as many of those that are not. So
 * every region of the data is emptied and filled again and again, and rows come back that were there before.
 */
export function drawGenerations(pool: number, rounds: number, random: Random): Generation[] {
  const half = Math.floor(pool / 2);
  let inside = Array.from({ length: half }, (_, row) => row);
  let outside = Array.from({ length: pool - half }, (_, i) => half + i);
  const generations: Generation[] = [{ removed: [], inserted: inside, stored: marks(pool, inside) }];
  for (let round = 1; round <= rounds; round++) {
    const moving = Math.floor(half / 2);
    const shuffledInside = shuffled(inside, random);
    const shuffledOutside = shuffled(outside, random);
    const removed = shuffledInside.slice(0, moving);
    const inserted = shuffledOutside.slice(0, moving);
    inside = [...shuffledInside.slice(moving), ...inserted];
    outside = [...shuffledOutside.slice(moving), ...removed];
    generations.push({ removed, inserted, stored: marks(pool, inside) });
  }
  return generations;
}

function shuffled(rows: readonly number[], random: Random): number[] {
  return Array.from(shuffledOrdinals(rows.length, random), (place) => rows[place] ?? 0);
}

function marks(pool: number, inside: readonly number[]): Uint8Array {
  const stored = new Uint8Array(pool);
  for (const row of inside) stored[row] = 1;
  return stored;
}
