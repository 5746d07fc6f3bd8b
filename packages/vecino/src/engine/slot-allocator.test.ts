import { expect, it } from 'vitest';
import { SlotAllocator } from './slot-allocator.ts';

it('hands out freed slots before new ones, each once', () => {
  const slots = new SlotAllocator();
  expect([...slots.allocate(3)]).toEqual([0, 1, 2]);
  slots.free([1, 0, 1]);
  expect([...slots.allocate(3)].sort()).toEqual([0, 1, 3]);
  expect(slots.end).toBe(4);
});

it('does not hand out a slot that was freed and then claimed', () => {
  const slots = new SlotAllocator();
  slots.allocate(3);
  slots.free([0, 1]);
  slots.claim(1);
  slots.claim(5);
  expect([...slots.allocate(2)]).toEqual([0, 6]);
});
