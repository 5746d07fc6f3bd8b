// A spin lock of one byte a node. Builders hold it while they rewrite that node's lists; searches read
// without it, because every value that they can meet in a list is a slot with a vector.

@inline export function lock(at: usize): void {
  while (atomic.cmpxchg<u8>(at, 0, 1) != 0) {}
}

@inline export function unlock(at: usize): void {
  atomic.store<u8>(at, 0);
}
