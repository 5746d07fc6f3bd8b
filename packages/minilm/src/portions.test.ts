import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { portions } from './portions.ts';

describe('portions', () => {
  it('has every text once, the longest first, and bounds what is sent at once', () => {
    const lengths = fc.array(fc.oneof(fc.constant(3), fc.constant(400_000), fc.constant(2_000_000)), {
      maxLength: 100,
    });
    fc.assert(
      fc.property(lengths, (lengths) => {
        const texts = lengths.map((length, i) => String(i).padEnd(length));
        const parts = [...portions(texts)];
        const sent = parts.flatMap((part) => part.positions);
        expect(sent.toSorted((a, b) => a - b)).toEqual([...texts.keys()]);
        const sentLengths = parts.flatMap((part) => part.texts.map((text) => text.length));
        expect(sentLengths).toEqual(sentLengths.toSorted((a, b) => b - a));
        for (const part of parts) {
          const characters = part.texts.reduce((total, text) => total + text.length, 0);
          expect(part.texts).toEqual(part.positions.map((position) => texts[position]));
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
