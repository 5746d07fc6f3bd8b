// What a walk compares: codes where the index has them, vectors elsewhere. Keys of both kinds order the same
// things, but never each other: a pool holds one kind until `rerank` has made its keys exact.

import { coarseKey, coarseKeys } from './coarse';
import { distance } from './distance';
import { keyOf } from './entry';
import { coded, gathered, halfBytes, highAt, keys, normAt, query, vectorAt, vectorStride } from './layout';
import { codeDistance, targetOfQuery, targetOfSlot } from './sq8';
import { keepWarm, touch, touchVector } from './touch';

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

/** Reads a byte of each cache line of the gathered rows, so that the processor fetches them side by side. */
@inline export function touchRows(count: u32): void {
  let warm: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const slot = load<u32>(gathered + (<usize>i << 2));
    if (coded) warm += load<u8>(normAt(slot)) + touch(highAt(slot), halfBytes);
    else warm += touchVector(vectorAt(slot), vectorStride);
  }
  keepWarm(warm);
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
