import { VecinoError } from '../base/errors.ts';
import { describeValue, quoted } from '../base/options.ts';
import { namedField, namesOf } from './choose-fields.ts';
import type { CollectionShape } from './collection-shape.ts';

/** What a record says of its vectors, by field: null for none, undefined where it does not say. */
export type GivenVectors = readonly (Float32Array | null | undefined)[];

/** Reads `vector` or `vectors` of a record, whichever the collection understands; each is checked wholly. */
export function readVectors(
  state: CollectionShape,
  thing: string,
  { vector, vectors }: { readonly vector?: unknown; readonly vectors?: unknown },
): GivenVectors {
  if (!state.hasNames) {
    if (vectors !== undefined) throw misplaced(state, thing, 'vectors');
    return state.fields.map((field) => (vector === undefined ? undefined : field.readVector(thing, vector)));
  }
  if (vector !== undefined) throw misplaced(state, thing, 'vector');
  const given: Record<string, unknown> = vectors === undefined ? {} : requireObject(state, thing, vectors);
  for (const name of Object.keys(given)) namedField(state, thing, name);
  return state.fields.map((field) => {
    const one = given[field.name ?? ''];
    return one === undefined || one === null ? one : field.readVector(thing, one);
  });
}

/** Refuses a record that would be found by no search near anything. */
export function requireVectors(
  state: CollectionShape,
  thing: string,
  vectors: readonly unknown[],
  remedy: string,
): void {
  if (vectors.some((vector) => vector !== undefined && vector !== null)) return;
  const names = namesOf(state);
  throw new VecinoError(
    'VECTOR_INVALID',
    `${thing}: has no vector, expected at least one of ${names.join(', ')}; ${remedy}`,
    { details: { expected: names } },
  );
}

function misplaced(state: CollectionShape, thing: string, received: 'vector' | 'vectors'): VecinoError {
  const names = namesOf(state);
  const remedy =
    names.length === 0
      ? 'the collection has one vector a record, without a name: give it as vector'
      : `the collection's vectors have names (${names.join(', ')}): give vectors: { ${names[0]}: … }`;
  return new VecinoError('VECTOR_INVALID', `${thing}: received ${received}, and ${remedy}`, {
    details: { expected: names.length === 0 ? 'vector' : 'vectors', received },
  });
}

function requireObject(state: CollectionShape, thing: string, vectors: unknown): Record<string, unknown> {
  const isObject = typeof vectors === 'object' && vectors !== null && !Array.isArray(vectors);
  if (isObject && !ArrayBuffer.isView(vectors)) return vectors as Record<string, unknown>;
  const received = describeValue(vectors);
  const example = quoted(namesOf(state)[0] ?? '');
  throw new VecinoError(
    'VECTOR_INVALID',
    `${thing}: vectors is ${received}, expected an object of vectors by name such as { ${example}: [0.1, …] }`,
    { details: { expected: 'an object', received } },
  );
}
