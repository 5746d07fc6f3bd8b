import { expect, it } from 'vitest';
import { NumberAllocator } from './number-allocator.ts';

it('hands out freed numbers before new ones, each once', () => {
  const numbers = new NumberAllocator();
  expect([...numbers.allocate(3)]).toEqual([0, 1, 2]);
  numbers.free([1, 0, 1]);
  expect([...numbers.allocate(3)].sort()).toEqual([0, 1, 3]);
  expect(numbers.end).toBe(4);
});

it('does not hand out a number that was freed and then claimed', () => {
  const numbers = new NumberAllocator();
  numbers.allocate(3);
  numbers.free([0, 1]);
  numbers.claim(1);
  numbers.claim(5);
  expect([...numbers.allocate(2)]).toEqual([0, 6]);
});

it('hands out a number once that is given back without ever having been used', () => {
  const numbers = new NumberAllocator();
  numbers.use(3);
  numbers.free([5]);
  expect([...numbers.allocate(4)]).toEqual([3, 4, 5, 6]);
});
