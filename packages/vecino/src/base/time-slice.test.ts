import { expect, it } from 'vitest';
import { TimeSlice } from './time-slice.ts';

function busyFor(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

/** The longest time between two turns of the event loop while the work goes on. */
async function longestHold(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let last = performance.now();
  let over = false;
  const tick = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (!over) setImmediate(tick);
  };
  setImmediate(tick);
  await work();
  over = true;
  await new Promise(setImmediate);
  return longest;
}

it('lets the event loop turn, one after another and many at once', async () => {
  const slice = new TimeSlice(2);
  const piece = async () => {
    while (slice.isOver) await slice.pause();
    busyFor(0.5);
  };
  const inTurn = await longestHold(async () => {
    for (let i = 0; i < 100; i++) await piece();
  });
  const atOnce = await longestHold(() => Promise.all(Array.from({ length: 100 }, piece)));
  // 100 pieces take 50 ms: without the pauses they would hold the loop for as long.
  expect(inTurn).toBeLessThan(30);
  expect(atOnce).toBeLessThan(30);
});
