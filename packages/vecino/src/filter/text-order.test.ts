import { describe, expect, it } from 'vitest';
import { BitSet } from '../base/bit-set.ts';
import { seededRandom } from '../base/random.ts';
import { compareText } from './json-order.ts';
import type { Bound } from './predicate.ts';
import { TextOrder } from './text-order.ts';

/** More than two runs, so that all ways of adding, sealing and dissolving are taken. */
const TEXTS = 12_000;

describe('TextOrder', () => {
  it('finds ranges and parts among texts that come and go', () => {
    const random = seededRandom(7);
    const texts: string[] = [];
    const order = new TextOrder((code) => texts[code] ?? '');
    const held = new Set<number>();

    const expectSame = (): void => {
      for (const [lower, upper] of [['3', '5'], ['3'], [undefined, '5'], ['zz'], ['42', '42']]) {
        const range = {
          kind: 'range' as const,
          path: 'a',
          ...(lower === undefined ? {} : { lower: { value: lower, inclusive: random() < 0.5 } }),
          ...(upper === undefined ? {} : { upper: { value: upper, inclusive: random() < 0.5 } }),
        };
        const codes = new BitSet();
        order.collectBetween(range, codes);
        const expected = [...held].filter((code) => isIn(texts[code] ?? '', range.lower, range.upper));
        expect([...codes]).toEqual(expected.sort((a, b) => a - b));
      }
      const codes = new BitSet();
      order.collectWith('777', codes);
      const expected = [...held].filter((code) => texts[code]?.includes('777'));
      expect([...codes]).toEqual(expected.sort((a, b) => a - b));
    };

    for (let code = 0; code < TEXTS; code++) {
      texts[code] = code === 5 ? '42' : `${Math.floor(random() * 1e9)}-${code}`;
      order.add(code);
      held.add(code);
    }
    expectSame();
    for (let i = 0; i < 4; i++) {
      for (const code of [...held].filter(() => random() < 0.6)) {
        order.remove(code);
        held.delete(code);
      }
      expectSame();
      for (let code = 0; code < TEXTS; code++) {
        if (held.has(code) || random() < 0.5) continue;
        texts[code] = `${Math.floor(random() * 1e9)}+${code}`;
        order.add(code);
        held.add(code);
      }
      expectSame();
    }
    for (const code of held) order.remove(code);
    held.clear();
    expectSame();
  });
});

function isIn(text: string, lower: Bound | undefined, upper: Bound | undefined): boolean {
  if (lower && !(compareText(text, String(lower.value)) >= (lower.inclusive ? 0 : 1))) return false;
  return !(upper && compareText(text, String(upper.value)) > (upper.inclusive ? 0 : -1));
}
