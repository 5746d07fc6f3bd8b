import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findSyntaxFault } from './json-syntax.ts';

describe('findSyntaxFault', () => {
  it.each([
    ['', 0, 'a JSON value'],
    ['{"a":1,}', 7, 'a key in double quotes'],
    ['{"a":1 "b":2}', 7, '"," or "}"'],
    ['{a:1}', 1, 'a key in double quotes, or "}"'],
    ['{"a" 1}', 5, '":" after a key'],
    ['{"a":}', 5, 'a JSON value'],
    ['[1,2', 4, '"," or "]"'],
    ['[01]', 2, '"," or "]"'],
    ['[NaN]', 1, 'a JSON value'],
    ['{"a":"b', 7, 'a closing double quote'],
    ['["\\x"]', 2, 'a valid escape sequence'],
    ['["\t"]', 2, 'an escape instead of a control character'],
    ['{} {}', 3, 'the end of the line'],
  ])('%j: at %d, expected %s', (text, offset, expected) => {
    expect(findSyntaxFault(text)).toEqual({ offset, expected });
  });

  it('finds a fault exactly where JSON.parse refuses', () => {
    const json = fc.json({ maxDepth: 4 });
    const cut = fc.tuple(json, fc.nat()).map(([text, at]) => text.slice(0, at % (text.length + 1)));
    const spliced = fc
      .tuple(json, fc.nat(), fc.constantFrom(...'{}[]",:0-1e.tfn\\ \t\u0001é'))
      .map(([text, at, part]) => {
        const place = at % (text.length + 1);
        return text.slice(0, place) + part + text.slice(place);
      });
    fc.assert(
      fc.property(fc.oneof(json, cut, spliced, fc.string()), (text) => {
        expect(findSyntaxFault(text) === undefined).toBe(isJson(text));
      }),
      { numRuns: 5_000 },
    );
  });

  it('agrees with the position that JSON.parse names, where it names one', () => {
    const text = '{"a":[1,2,{"b":true false}]}';
    expect(() => JSON.parse(text)).toThrow(/position 20\b/);
    expect(findSyntaxFault(text)?.offset).toBe(20);
  });

  it('bears any depth of nesting', () => {
    expect(findSyntaxFault('['.repeat(1_000_000))?.offset).toBe(1_000_000);
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
