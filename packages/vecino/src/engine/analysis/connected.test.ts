import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Connected } from './connected.ts';

it('says what hangs together as colouring one thing after another would', () => {
  const thing = fc.integer({ min: 0, max: 29 });
  fc.assert(
    fc.property(fc.array(fc.tuple(thing, thing)), (edges) => {
      const connected = new Connected(30);
      let colours = Array.from({ length: 30 }, (_, i) => i);
      for (const [a, b] of edges) {
        connected.connect(a, b);
        colours = colours.map((colour) => (colour === colours[a] ? (colours[b] ?? 0) : colour));
      }
      for (let a = 0; a < 30; a++) {
        for (let b = 0; b < 30; b++) {
          expect(connected.rootOf(a) === connected.rootOf(b)).toBe(colours[a] === colours[b]);
        }
      }
    }),
  );
});
