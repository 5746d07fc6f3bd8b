// An entry is a candidate in one 64-bit number: distance, slot and a mark, comparable as it is.
//
//   bits 63…32  the distance's bits, made monotonic   bits 31…1  the slot   bit 0  expanded
//
// Equal distances are ordered by slot, so that answers do not depend on the order of the walk.

/** The bits of a float, reordered so that unsigned comparison is comparison of floats. */
@inline export function keyOf(distance: f32): u32 {
  const bits = reinterpret<u32>(distance);
  return bits ^ (<u32>(<i32>bits >> 31) | 0x80000000);
}

/** The float of which these are the reordered bits. */
@inline export function distanceOf(key: u32): f32 {
  return reinterpret<f32>(<i32>key < 0 ? key ^ 0x80000000 : ~key);
}

@inline export function entryOf(key: u32, slot: u32): u64 {
  return (<u64>key << 32) | (slot << 1);
}

@inline export function slotOf(entry: u64): u32 {
  return <u32>entry >> 1;
}

@inline export function keyIn(entry: u64): u32 {
  return <u32>(entry >> 32);
}
