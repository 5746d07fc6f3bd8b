import { describe, expect, it } from 'vitest';
import { describeValue, type OptionSpecs, quoted, readOptions } from './options.ts';

const SPECS = {
  k: { kind: 'integer', default: 10, min: 1, max: 100, about: 'How many.' },
  share: { kind: 'number', min: 0, max: 1, about: 'How much.' },
  exact: { kind: 'boolean', default: false, about: 'Whether.' },
  metric: { kind: 'choice', values: ['cosine', 'dot'], about: 'Which.' },
  filter: { kind: 'opaque', about: 'What somebody else reads.' },
} as const satisfies OptionSpecs;

function read(input: unknown): object {
  return readOptions('search', SPECS, input as object | undefined);
}

describe('readOptions', () => {
  it('fills in defaults for what is absent or undefined', () => {
    const defaults = { k: 10, exact: false };
    expect(read(undefined)).toEqual(defaults);
    expect(read({})).toEqual(defaults);
    expect(read({ k: undefined, metric: undefined, filter: undefined })).toEqual(defaults);
    expect(read({ k: 3, share: 0.5, exact: true, metric: 'dot', filter: null })).toEqual({
      k: 3,
      share: 0.5,
      exact: true,
      metric: 'dot',
      filter: null,
    });
  });

  it.each([
    [{ k: null }, 'OPTION_INVALID', 'search: option "k" is null, expected an integer from 1 to 100'],
    [{ k: 0 }, 'OPTION_OUT_OF_RANGE', 'search: option "k" is 0, expected an integer from 1 to 100'],
    [{ k: 1.5 }, 'OPTION_OUT_OF_RANGE', 'search: option "k" is 1.5, expected an integer from 1 to 100'],
    [
      { share: Number.NaN },
      'OPTION_OUT_OF_RANGE',
      'search: option "share" is NaN, expected a number from 0 to 1',
    ],
    [{ exact: 1 }, 'OPTION_INVALID', 'search: option "exact" is the number 1, expected true or false'],
    [
      { metric: 'cosin' },
      'OPTION_INVALID',
      'search: option "metric" is "cosin", expected one of cosine, dot; did you mean "cosine"?',
    ],
    [
      { exakt: true },
      'OPTION_UNKNOWN',
      'search: unknown option "exakt"; did you mean "exact"? (known: k, share, exact, metric, filter)',
    ],
    [
      null,
      'OPTION_INVALID',
      'search: options are null, expected an object of k, share, exact, metric, filter',
    ],
    [[1], 'OPTION_INVALID', 'search: options are an array of 1, expected an object of k, share,'],
    [Float32Array.of(1), 'OPTION_INVALID', 'search: options are a Float32Array, expected an object of'],
  ])('refuses %j', (input, code, message) => {
    expect(() => read(input)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
  });

  it('takes a key of the prototype for no option', () => {
    expect(() => read(JSON.parse('{"__proto__": {"k": 3}}'))).toThrow(/unknown option "__proto__"/);
    expect(() => read({ constructor: 1 })).toThrow(/unknown option "constructor"/);
  });

  it('repeats no long text that came in the place of a name', () => {
    const text = 'x'.repeat(10_000);
    for (const input of [{ [text]: 1 }, { metric: text }]) {
      expect(() => read(input)).toThrow(
        expect.objectContaining({ message: expect.toSatisfy((message: string) => message.length < 300) }),
      );
    }
  });
});

describe('describeValue', () => {
  it.each([
    [undefined, 'undefined'],
    [null, 'null'],
    ['', 'an empty string'],
    ['secret', 'a string'],
    [[1, 2], 'an array of 2'],
    [Float32Array.of(1), 'a Float32Array'],
    [new Map(), 'an object (Map)'],
    [{ constructor: { name: 'secret' } }, 'an object (Object)'],
    [Object.create(null), 'an object (no prototype)'],
    [Symbol('secret'), 'a symbol'],
    [() => 'secret', 'a function'],
    [5n, 'the bigint 5'],
    [Number.NaN, 'the number NaN'],
    [true, 'the boolean true'],
  ])('says what a value is, not what it holds: %o', (value, words) => {
    expect(describeValue(value)).toBe(words);
  });
});

describe('quoted', () => {
  it('cuts what is long and escapes what a terminal would obey', () => {
    expect(quoted('books')).toBe('"books"');
    expect(quoted('a\u001b[31m"\n')).toBe('"a\\u001b[31m\\"\\n"');
    expect(quoted('x'.repeat(101))).toBe(`"${'x'.repeat(100)}…"`);
  });
});
