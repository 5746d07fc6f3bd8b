import { describe, expect, it } from 'vitest';
import { readInvocation } from './options.ts';

describe('readInvocation', () => {
  it('runs every data set at full size by default, tied to the last processor', () => {
    const invocation = readInvocation([], 4);
    const asked = invocation?.runs.map(({ dataset }) => [dataset.name, dataset.size]);
    expect(asked).toEqual([
      ['fashion-mnist', 60_000],
      ['glosses', 60_000],
      ['glove', 340_000],
      ['synthetic', 1_000_000],
    ]);
    expect(invocation?.runs[0]?.pinTo).toBe(3);
    expect(invocation?.outFolder).toMatch(/results$/);
  });

  it('lets options change a preset, whose results are not kept', () => {
    const invocation = readInvocation(
      ['--quick', '--dataset', 'synthetic', '--size', '5000', '--not-pinned'],
      2,
    );
    expect(invocation?.runs[0]).toMatchObject({
      dataset: { name: 'synthetic', size: 5_000 },
      pinTo: undefined,
    });
    expect(invocation?.outFolder).toMatch(/\.cache/);
  });

  it('leaves out the binding compiled for this processor, unless it is asked for', () => {
    expect(readInvocation([], 2)?.runs[0]?.peers).not.toContain('hnswlib-node-native');
    expect(readInvocation([], 2)?.runs[0]?.peers).toContain('hnswlib');
    expect(readInvocation(['--peer', 'hnswlib-node-native'], 2)?.runs[0]?.peers).toEqual([
      'hnswlib-node-native',
    ]);
  });

  it('has nothing to run where help is asked for', () => {
    expect(readInvocation(['--help'], 2)).toBeUndefined();
  });

  it.each([
    [
      ['--dataset', 'mnist'],
      '--dataset is "mnist", expected one of fashion-mnist, glove, glosses, synthetic',
    ],
    [['--peer', 'faiss'], '--peer is "faiss", expected one of vecino-engine, vecino-ivf, '],
    [['--size', 'many'], '--size is "many", expected a whole number'],
    [['--size', '1.5'], '--size is "1.5", expected a whole number'],
    [['--size', '0'], '--size is "0", expected a whole number from 1'],
    [['--seconds', '0'], '--seconds is "0", expected a number above 0'],
    [['--banana'], '--banana'],
  ])('refuses %j', (args, message) => {
    expect(() => readInvocation(args, 2)).toThrow(message);
  });
});
