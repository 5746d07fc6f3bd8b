import { expect, it } from 'vitest';
import { CollectionSlots, type SlotHolder } from './collection-slots.ts';

/** An index that has nodes for these slots. */
function holderOf(slots: Set<number>): SlotHolder {
  return { slotsEnd: Math.max(-1, ...slots) + 1, hasNodeFor: (slot) => slots.has(slot) };
}

it('shows a slot from adding to removing it, and says each change by the version', () => {
  const slots = new CollectionSlots();
  const [slot = -1] = slots.allocate(1);
  expect(slots.live.has(slot)).toBe(false);
  slots.add(slot);
  expect(slots.live.has(slot)).toBe(true);
  const { version } = slots;
  expect(slots.remove(slot)).toBe(true);
  expect(slots.remove(slot)).toBe(false);
  expect(slots.live.has(slot)).toBe(false);
  expect(slots.version).toBeGreaterThan(version);
});

it('reuses a slot only when no index has a node for it', () => {
  const slots = new CollectionSlots();
  const [nodes, others] = [new Set([0, 1]), new Set([0])];
  slots.join(holderOf(nodes));
  const other = holderOf(others);
  slots.join(other);
  for (const slot of slots.allocate(2)) slots.add(slot);
  slots.remove(0);
  nodes.delete(0);
  slots.letGo([0]);
  expect([...slots.allocate(1)], 'the other index keeps it').toEqual([2]);
  others.delete(0);
  slots.letGo([0]);
  expect([...slots.allocate(1)]).toEqual([0]);
});

it('finds what only an index has kept that is gone', async () => {
  const slots = new CollectionSlots();
  const gone = holderOf(new Set([0, 1]));
  slots.join(gone);
  for (const slot of slots.allocate(3)) slots.add(slot);
  slots.remove(1);
  slots.letGo([1]);
  slots.leave(gone);
  await slots.findFree();
  expect([...slots.allocate(2)]).toEqual([1, 3]);
});

it('gives nobody else a slot that a write has set aside, until it is given back', async () => {
  const slots = new CollectionSlots();
  const aside = slots.allocate(2);
  await slots.findFree();
  expect([...slots.allocate(1)]).toEqual([2]);
  slots.giveBack(aside);
  expect([...slots.allocate(3)].sort()).toEqual([0, 1, 3]);
});

it('takes over what the store occupies, but shows what an index lacks only when it is there', async () => {
  const slots = new CollectionSlots();
  slots.join(holderOf(new Set([1, 2, 6])));
  await slots.adopt(Uint32Array.of(1, 4), [4]);
  expect([...slots.live]).toEqual([1]);
  slots.add(4);
  expect([...slots.live]).toEqual([1, 4]);
  // 2 and 6 are stepping stones.
  expect([...slots.allocate(4)].sort()).toEqual([0, 3, 5, 7]);
});
