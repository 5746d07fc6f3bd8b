import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COLLECTION_ID_MAX, keyEnd, recordKey, slotOfKey } from './record-key.ts';

describe('record keys', () => {
  const collections = fc.integer({ min: 1, max: COLLECTION_ID_MAX });
  const slots = fc.integer({ min: 0, max: 2 ** 32 - 1 });

  it('are safe integers that give the slot back and lie before the end of their collection', () => {
    fc.assert(
      fc.property(collections, slots, (collection, slot) => {
        const key = recordKey(collection, slot);
        expect(Number.isSafeInteger(key)).toBe(true);
        expect(slotOfKey(key)).toBe(slot);
        expect(key).toBeLessThan(keyEnd(collection));
        expect(key).toBeGreaterThanOrEqual(keyEnd(collection - 1));
      }),
    );
  });
});
