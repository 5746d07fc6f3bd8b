import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { portions } from './portions.ts';

describe('portions', () => {
  it('keeps every text in its order and bounds what is sent at once', () => {
    const lengths = fc.array(fc.oneof(fc.constant(3), fc.constant(400_000), fc.constant(2_000_000)), {
      maxLength: 100,
    });
    fc.assert(
      fc.property(lengths, (lengths) => {
        const texts = lengths.map((length, i) => String(i).padEnd(length));
        const parts = [...portions(texts)];
        expect(parts.flatMap((part) => part.texts)).toEqual(texts);
        for (const part of parts) {
          const characters = part.texts.reduce((total, text) => total + text.length, 0);
          expect(part.texts[0]).toBe(texts[part.start]);
          expect(part.texts.length).toBeLessThanOrEqual(32);
          if (part.texts.length > 1) expect(characters).toBeLessThanOrEqual(1_000_000);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('sends many small texts in as few portions as allowed', () => {
    const texts = Array.from({ length: 80 }, () => 'a');
    expect([...portions(texts)].map((part) => part.texts.length)).toEqual([32, 32, 16]);
    expect([...portions([])]).toEqual([]);
  });
});
