import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonText } from './json-text.ts';

describe('jsonText', () => {
  it('prints what JSON.stringify prints', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(jsonText(value)).toBe(JSON.stringify(value));
      }),
    );
  });

  it('prints 32-bit floats shortly and keeps the sign of zero', () => {
    expect(jsonText({ id: 'a', vector: Float32Array.of(0.1, -0, 3), document: undefined })).toBe(
      '{"id":"a","vector":[0.1,-0,3]}',
    );
  });

  it('asks toJSON first', () => {
    expect(jsonText({ at: new Date(0) })).toBe('{"at":"1970-01-01T00:00:00.000Z"}');
  });
});
