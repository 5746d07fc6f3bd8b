import { VecinoError } from '../base/errors.ts';
import { didYouMean } from '../base/near-miss.ts';
import { describeValue, quoted } from '../base/options.ts';
import type { CollectionShape, FieldShape } from './collection-shape.ts';

/** The fields that a query names: one, or a list. None named stands for the only one there is. */
export function chooseFields<Field extends FieldShape>(
  state: CollectionShape<Field>,
  thing: string,
  given: unknown,
): readonly Field[] {
  if (!Array.isArray(given)) return [chooseField(state, thing, given)];
  if (given.length === 0) throw invalid(state, thing, 'an empty array');
  const fields = Array.from(given as unknown[], (name) => namedField(state, thing, name));
  const double = fields.find((field, i) => fields.indexOf(field) < i);
  if (double) throw invalid(state, thing, `an array with ${quoted(double.name ?? '')} twice`);
  return fields;
}

/** The field that a call names; none named stands for the only one there is. */
export function chooseField<Field extends FieldShape>(
  state: CollectionShape<Field>,
  thing: string,
  given: unknown,
): Field {
  if (given !== undefined) return namedField(state, thing, given);
  const [only, second] = state.fields;
  if (only && !second) return only;
  const names = namesOf(state);
  throw new VecinoError(
    'FIELD_REQUIRED',
    `${thing}: no field is named, and the collection has several vectors a record; name one of ${names.join(', ')} as field`,
    { details: { known: names } },
  );
}

/** The names of the collection's vectors; none where its vector has no name. */
export function namesOf({ fields }: CollectionShape): string[] {
  return fields.flatMap(({ name }) => name ?? []);
}

/** The field of that name. */
export function namedField<Field extends FieldShape>(
  state: CollectionShape<Field>,
  thing: string,
  name: unknown,
): Field {
  if (typeof name !== 'string' || name === '') throw invalid(state, thing, describeValue(name));
  const field = state.fields.find((one) => one.name === name);
  if (field) return field;
  const names = namesOf(state);
  const known =
    names.length === 0
      ? 'the collection has one vector a record, without a name; leave the field out'
      : `the collection has ${names.join(', ')}`;
  throw new VecinoError(
    'FIELD_UNKNOWN',
    `${thing}: there is no field ${quoted(name)}${didYouMean(name, names)} (${known})`,
    { details: { field: name, known: names } },
  );
}

/** What is said of a record that was asked with and has no vector to look near. */
export function withoutVector(
  thing: string,
  { id }: { readonly id: string },
  fields: readonly FieldShape[],
): VecinoError {
  const names = fields.flatMap(({ name }) => name ?? []);
  return new VecinoError(
    'FIELD_MISSING',
    `${thing}: record ${quoted(id)} has no vector ${names.map(quoted).join(' and no ')}; name a field that it has, or look near a vector or a text instead`,
    { details: { id, fields: names } },
  );
}

function invalid(state: CollectionShape, thing: string, received: string): VecinoError {
  const expected = 'the name of a vector, or an array of different ones';
  const names = namesOf(state);
  const known = names.length === 0 ? '' : ` of ${names.join(', ')}`;
  return new VecinoError('OPTION_INVALID', `${thing}: field is ${received}, expected ${expected}${known}`, {
    details: { option: 'field', expected, received },
  });
}
