/**
 * The crash test at length, by hand: `npm run crash -- [rounds] [seed]` (default 1,000 rounds). Ends with the moments
 * that the kills have hit.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crashRounds } from './rounds.ts';

const rounds = Number(process.argv[2] ?? 1_000);
const seed = Number(process.argv[3] ?? Math.floor(Math.random() * 2 ** 31));
const folder = mkdtempSync(join(tmpdir(), 'vecino-crash-'));
const started = performance.now();
process.stdout.write(`${rounds} rounds, seed ${seed}, in ${folder}\n`);
const moments = await crashRounds(folder, rounds, seed, ({ round, moment, acknowledged, records }) => {
  const left = (((performance.now() - started) / round) * (rounds - round)) / 1_000;
  process.stdout.write(
    `round ${round} of ${rounds}: killed while ${moment}, ${acknowledged} writes acknowledged, ${records} records, ${left.toFixed(0)} s left\n`,
  );
});
process.stdout.write(
  `nothing lost; killed while ${[...moments].map(([moment, count]) => `${moment} ${count}`).join(', ')}\n`,
);
rmSync(folder, { recursive: true });
