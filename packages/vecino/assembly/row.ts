// What a walk compares: codes where the index has them, vectors elsewhere. Keys of both kinds order the same
// things, but never each other: a pool holds one kind until `rerank` has made its keys exact.

import { coarseKey, coarseKeys } from './coarse';
import { distance } from './distance';
import { keyOf } from './entry';
import { coded, gathered, halfBytes, highAt, keys, normAt, query, vectorAt, vectorStride } from './layout';
import { codeDistance, targetOfQuery, targetOfSlot } from './sq8';

/** The lane's query as something to compare with. */
@inline export function queryTarget(): usize {
  return coded ? targetOfQuery() : query;
}

/** A node as something to compare with; `room` is one of the lane's targets, used where there are codes. */
@inline export function nodeTarget(slot: u32, room: usize): usize {
  return coded ? targetOfSlot(slot, room) : vectorAt(slot);
}

/** The key of the distance from a target to a slot, as walks compare it. */
@inline export function keyTo(target: usize, slot: u32): u32 {
  return coded ? coarseKey(target, slot) : keyOf(distance(target, vectorAt(slot)));
}

/** As `keyTo`, by the whole code. */
@inline export function fullKeyTo(target: usize, slot: u32): u32 {
  return coded ? codeDistance(target, slot) : keyOf(distance(target, vectorAt(slot)));
}

/** Writes the keys of the gathered slots to the lane's `keys`. */
export function keysTo(target: usize, count: u32): void {
  if (coded) {
    coarseKeys(target, count);
    return;
  }
  for (let i: u32 = 0; i < count; i++) {
    const slot = load<u32>(gathered + (<usize>i << 2));
    store<u32>(keys + (<usize>i << 2), keyOf(distance(target, vectorAt(slot))));
  }
}

/**
 * Bytes of each vector that are touched ahead. Touching every cache line of 800 bytes, not just the first, took a
 * search of 60,000 from 67 to 46 microseconds; touching more of longer vectors gained nothing.
 */
export const TOUCHED: usize = 1024;

/** Keeps the compiler from dropping the reads that only warm the cache. */
let touched: u32 = 0;

/** Reads a byte of each cache line of the gathered rows, so that the processor fetches them side by side. */
@inline export function touchRows(count: u32): void {
  let warm: u32 = 0;
  const bytes = coded ? halfBytes : min<usize>(vectorStride, TOUCHED);
  for (let i: u32 = 0; i < count; i++) {
    const slot = load<u32>(gathered + (<usize>i << 2));
    const row = coded ? highAt(slot) : vectorAt(slot);
    if (coded) warm += load<u8>(normAt(slot));
    for (let line: usize = 0; line < bytes; line += 64) warm += load<u8>(row + line);
  }
  touched = warm;
}

/**
 * How far, in codes, a coarse distance may be from the one by whole codes: some 1.7 standard deviations. Deciding
 * about links by coarse keys alone cost .01 of recall at ef 20, and by whole codes alone 15 % of the build.
 */
const COARSE_MARGIN: f64 = 8;

let surelyNearer: u32 = 0;
let surelyFarther: u32 = 0;

/** Sets the key, one of `fullKeyTo`, that `isNearer` compares with from now on. */
export function compareWith(key: u32): void {
  if (!coded) return;
  const reach = sqrt<f64>(<f64>key);
  const inner = max<f64>(reach - COARSE_MARGIN, 0);
  const outer = reach + COARSE_MARGIN;
  surelyNearer = <u32>(inner * inner);
  surelyFarther = <u32>(outer * outer);
}

/** Whether a slot is nearer to a target than the key; looks at the low halves only if the high ones leave doubt. */
@inline export function isNearer(target: usize, slot: u32, key: u32): bool {
  if (coded) {
    const coarse = coarseKey(target, slot);
    if (coarse < surelyNearer) return true;
    if (coarse > surelyFarther) return false;
  }
  return fullKeyTo(target, slot) < key;
}
