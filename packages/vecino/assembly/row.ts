// What a walk compares: codes where the index has them, vectors elsewhere. Keys of both kinds order the same
// things, but never each other: a pool holds one kind until `rerank` has made its keys exact.

import { distance } from './distance';
import { keyOf } from './entry';
import { coded, rowAt } from './layout';
import { codeDistance } from './sq8';

/** The key of the distance from a row (code or vector) to that of a slot. */
@inline export function keyTo(target: usize, slot: u32): u32 {
  return coded ? codeDistance(target, rowAt(slot)) : keyOf(distance(target, rowAt(slot)));
}
