/**
 * A client that keeps to the schema of a tool is understood, and one that does not is refused: the validator of the
 * SDK and our reader agree on any input, but for texts without words, which a schema cannot tell.
 */
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/ajv';
import fc from 'fast-check';
import { ToolInput } from 'vecino/tools';
import { expect, it } from 'vitest';

const input = new ToolInput('a tool', {
  query: { kind: 'text', about: 'A text.', isRequired: true },
  ids: { kind: 'texts', about: 'Texts.' },
  filter: { kind: 'object', about: 'An object.' },
  records: { kind: 'objects', about: 'Objects.' },
  k: { kind: 'integer', min: 1, max: 9, default: 3, about: 'A number.' },
  share: { kind: 'number', min: 0, max: 1, about: 'A share.' },
  exact: { kind: 'boolean', default: false, about: 'Yes or no.' },
  order: { kind: 'choice', values: ['asc', 'desc'], about: 'An order.' },
});

const isBlank = (value: unknown) => typeof value === 'string' && value !== '' && value.trim() === '';
const text = fc.string({ minLength: 1 }).filter((given) => !isBlank(given));
const object = fc.dictionary(fc.string(), fc.jsonValue());
const sound: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  query: text,
  ids: fc.array(text, { minLength: 1 }),
  filter: object,
  records: fc.array(object, { minLength: 1 }),
  k: fc.integer({ min: 1, max: 9 }),
  share: fc.double({ min: 0, max: 1, noNaN: true }),
  exact: fc.boolean(),
  order: fc.constantFrom('asc', 'desc'),
};
const anything = fc.oneof(
  fc.jsonValue().filter((value) => ![value].flat().some(isBlank)),
  fc.constantFrom('', 0, 10, -0.1, 1.5, [], ['', 'a'], [{}, 'a'], {}, null),
);

/** An input in which little is wrong. */
const nearlySound = fc.record(
  Object.fromEntries(
    Object.entries(sound).map(([name, arbitrary]) => [
      name,
      fc.oneof({ weight: 15, arbitrary }, { weight: 1, arbitrary: anything }),
    ]),
  ),
  { requiredKeys: ['query'] },
);
const inputs = fc.oneof(
  { weight: 8, arbitrary: nearlySound },
  { weight: 1, arbitrary: fc.dictionary(fc.constantFrom('query', 'quer'), text) },
  { weight: 1, arbitrary: anything },
);

function isRead(given: unknown): boolean {
  try {
    input.read(given);
    return true;
  } catch {
    return false;
  }
}

it('schema and reader of an input agree', () => {
  const validate = new AjvJsonSchemaValidator().getValidator(input.schema.jsonSchema);
  let taken = 0;
  fc.assert(
    fc.property(inputs, (given) => {
      const { valid } = validate(given);
      if (valid) taken++;
      expect(isRead(given)).toBe(valid);
    }),
    { numRuns: 1_000 },
  );
  expect(taken).toBeGreaterThan(100);
});

it('an input that is understood has its defaults', () => {
  expect(input.read({ query: 'a' })).toEqual({ query: 'a', k: 3, exact: false });
});
