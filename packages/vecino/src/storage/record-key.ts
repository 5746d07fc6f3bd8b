/**
 * The primary key of a record: `collection * 2^32 + slot`, one 64-bit integer, so that the records of a
 * collection lie side by side in the order of their slots. Collections stay below 2^21, so that every key is
 * a safe integer of JavaScript.
 */
const SLOTS = 2 ** 32;

/** Highest collection id whose keys are safe integers. */
export const COLLECTION_ID_MAX = 2 ** 21 - 1;

export function recordKey(collection: number, slot: number): number {
  return collection * SLOTS + slot;
}

/** The key after the collection's last possible record. */
export function keyEnd(collection: number): number {
  return (collection + 1) * SLOTS;
}

export function slotOfKey(key: number): number {
  return key >>> 0;
}
