import { expect, it } from 'vitest';
import { TimeSlice } from './time-slice.ts';

/** Milliseconds of a slice, and of a piece of work: so few pieces fit into a slice, however busy the machine is. */
const SLICE_MS = 2;
const PIECE_MS = 0.5;
const PIECES = 100;

function busyFor(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

/** The most pieces between two turns of the event loop. */
async function mostBetweenTurns(work: (piece: () => void) => Promise<unknown>): Promise<number> {
  let [most, pieces, isOver] = [0, 0, false];
  const turn = () => {
    pieces = 0;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  await work(() => {
    busyFor(PIECE_MS);
    pieces += 1;
    most = Math.max(most, pieces);
  });
  isOver = true;
  await new Promise(setImmediate);
  return most;
}

it('lets the event loop turn, one after another and many at once', async () => {
  const slice = new TimeSlice(SLICE_MS);
  const taking = async (piece: () => void) => {
    while (slice.isOver) await slice.pause();
    piece();
  };
  const inTurn = await mostBetweenTurns(async (piece) => {
    for (let i = 0; i < PIECES; i++) await taking(piece);
  });
  const atOnce = await mostBetweenTurns((piece) =>
    Promise.all(Array.from({ length: PIECES }, () => taking(piece))),
  );
  // Two slices may meet in one turn of the loop, whose phases come in any order.
  expect(inTurn).toBeLessThanOrEqual((2 * SLICE_MS) / PIECE_MS + 2);
  expect(atOnce).toBeLessThanOrEqual((2 * SLICE_MS) / PIECE_MS + 2);
});
