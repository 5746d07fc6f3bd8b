// Visited marks: one byte a slot and lane, holding the number (epoch) of the walk that saw it last. A new
// walk is a new number; only when the 255 numbers are used up are the marks cleared.

import { BLOCK_SLOTS, visitedBlock } from './layout';

let epoch: u32 = 0;

/** Starts a walk over `blocks` blocks and answers its epoch, 1 to 255. */
export function nextEpoch(blocks: u32): u8 {
  if (epoch == 255) {
    for (let block: u32 = 0; block < blocks; block++) memory.fill(visitedBlock(block), 0, BLOCK_SLOTS);
    epoch = 0;
  }
  epoch += 1;
  return <u8>epoch;
}
