import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FirstInOrder } from './first-in-order.ts';

it('has the first of all elements in order, equal ones as they came', async () => {
  const element = fc.record({ key: fc.nat(50), name: fc.nat() });
  const elements = fc.array(element, { maxLength: 4_000, size: 'max' });
  await fc.assert(
    fc.asyncProperty(elements, fc.integer({ min: 1, max: 600 }), fc.nat(4_000), async (all, most, pause) => {
      const byKey = (a: { key: number }, b: { key: number }) => a.key - b.key;
      const first = new FirstInOrder(most, byKey);
      for (const [i, one] of all.entries()) {
        first.add(one);
        if (i === pause)
          expect(first.elements).toEqual(
            all
              .slice(0, i + 1)
              .toSorted(byKey)
              .slice(0, most),
          );
      }
      expect(await first.elementsInSlices()).toEqual(all.toSorted(byKey).slice(0, most));
      expect(first.elements).toEqual(all.toSorted(byKey).slice(0, most));
    }),
    { numRuns: 50 },
  );
});
