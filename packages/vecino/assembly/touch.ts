// Touching: reading a byte of each cache line of what will be compared soon, so that the processor fetches all of it
// side by side. WebAssembly has no instruction that prefetches.

/** Lines are of so many bytes on every processor that we know. */
const LINE: usize = 64;

/**
 * Bytes of each vector that are touched. Touching every cache line of 800 bytes, not just the first, took a search of
 * 60,000 from 67 to 46 microseconds; touching more of longer vectors gained nothing.
 */
const TOUCHED: usize = 1024;

/** Keeps the compiler from dropping the reads. */
let warmth: u32 = 0;

/**
 * Touches a row, and answers what is to be added up and kept. A row need not begin where a line does: its last byte
 * may lie in one line more (rows of 100 bytes: without that line a search of 340,000 took a fifth longer).
 */
@inline export function touch(row: usize, bytes: usize): u32 {
  let warm: u32 = load<u8>(row + bytes - 1);
  for (let line: usize = 0; line < bytes; line += LINE) warm += load<u8>(row + line);
  return warm;
}

/** Touches as much of a vector as is worth it. */
@inline export function touchVector(vector: usize, bytes: usize): u32 {
  return touch(vector, min(bytes, TOUCHED));
}

/** To be called once with the sum of what was touched. */
@inline export function keepWarm(warm: u32): void {
  warmth = warm;
}
