import { describe, expect, it } from 'vitest';
import { readInvocation } from './options.ts';
import { SCENARIOS } from './registry.ts';

describe('readInvocation', () => {
  it('runs every scenario in full by default, searches tied to the last processor', () => {
    expect(readInvocation([], 8)).toMatchObject({
      scenarios: Object.keys(SCENARIOS).filter((name) => name !== 'ten-million'),
      size: 'full',
      conditions: { seed: 42, M: 16, efConstruction: 200, pinTo: 7 },
    });
  });

  it('reads names and options', () => {
    expect(
      readInvocation(['churn', 'filters', '--quick', '--seed', '7', '--not-pinned', '--out', 'x'], 2),
    ).toMatchObject({
      scenarios: ['churn', 'filters'],
      size: 'quick',
      outFolder: 'x',
      conditions: { seed: 7, pinTo: undefined },
    });
  });

  it('keeps results of small runs out of the way', () => {
    expect(readInvocation(['--tiny'], 2)?.outFolder).toContain('.cache');
    expect(readInvocation([], 2)?.outFolder).not.toContain('.cache');
  });

  it('refuses what it does not know, and says what it expected', () => {
    expect(() => readInvocation(['chrun'], 2)).toThrow(
      /"chrun" is no scenario, expected one of filters, churn/,
    );
    expect(() => readInvocation(['--seed', '-1'], 2)).toThrow();
    expect(() => readInvocation(['--m', '1.5'], 2)).toThrow('--m is "1.5", expected a whole number from 1');
    expect(() => readInvocation(['--sead', '1'], 2)).toThrow();
  });

  it('answers nothing where help is asked for', () => {
    expect(readInvocation(['--help'], 2)).toBeUndefined();
  });
});
