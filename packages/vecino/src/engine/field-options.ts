import { LIMITS } from '../api/limits.ts';
import { VECTOR_FIELD_OPTIONS, type VectorFieldOptions } from '../api/vector-field.ts';
import { VecinoError } from '../base/errors.ts';
import { describeValue, quoted, readOptions } from '../base/options.ts';
import type { NewField } from '../storage/store.ts';
import { DOCUMENT } from '../text/record-texts.ts';
import { takesTexts } from './embed.ts';
import { storedFormOf } from './index-choice.ts';
import { type ReadVectors, readVectorOptions } from './vector-options.ts';

/** Options of one of several vectors, validated; what is undefined was not named. */
export interface ReadField extends ReadVectors {
  readonly name: string;
  readonly text: string | undefined;
}

/** Names that weights of a fusion use for something else. */
const TAKEN: readonly string[] = ['vector', 'fullText'];

/** Reads the option `vectors`. */
export function readFields(thing: string, vectors: unknown): readonly ReadField[] {
  const isObject = typeof vectors === 'object' && vectors !== null && !Array.isArray(vectors);
  const names = isObject ? Object.keys(vectors) : [];
  if (names.length === 0) {
    const received = isObject ? 'an object without names' : describeValue(vectors);
    throw new VecinoError(
      'OPTION_INVALID',
      `${thing}: vectors is ${received}, expected options by name such as { title: { dimension: 384 } }; leave it out for one vector a record`,
      { details: { option: 'vectors', expected: 'an object', received } },
    );
  }
  if (names.length > LIMITS.fieldsMax) {
    throw new VecinoError(
      'OPTION_OUT_OF_RANGE',
      `${thing}: vectors has ${names.length} names, expected at most ${LIMITS.fieldsMax}; put what is rarely searched into another collection`,
      { details: { option: 'vectors', max: LIMITS.fieldsMax, received: names.length } },
    );
  }
  return names.map((name) => readField(thing, name, (vectors as Record<string, unknown>)[name]));
}

function readField(thing: string, name: string, input: unknown): ReadField {
  requireFieldName(thing, name);
  const where = `${thing}, field ${quoted(name)}`;
  const read = readOptions<VectorFieldOptions>(
    where,
    VECTOR_FIELD_OPTIONS,
    (input ?? null) as VectorFieldOptions,
  );
  return { ...readVectorOptions(where, read), name, text: readText(where, read.text) };
}

/** Refuses options that a new field cannot be made with. */
export function requireFields(thing: string, fields: readonly ReadField[]): void {
  for (const { name, dimension, text, embedding } of fields) {
    const where = `${thing}, field ${quoted(name)}`;
    if (dimension === undefined) {
      throw new VecinoError(
        'OPTION_INVALID',
        `${where}: does not exist yet, and its options have no dimension; create it with \`{ dimension: … }\` or \`{ embedding: … }\``,
        { details: { option: 'dimension', expected: `1 to ${LIMITS.dimensionMax}`, received: 'undefined' } },
      );
    }
    if (text === undefined || takesTexts(embedding)) continue;
    throw new VecinoError(
      'OPTION_INVALID',
      `${where}: text is ${quoted(text)}, and there is no embedding of texts to make a vector of it; give one, or leave text out`,
      { details: { option: 'text', received: quoted(text) } },
    );
  }
}

/** What the store is to keep of a new field. */
export function storedFieldOf({ name, dimension, metric, embedding, text, index }: ReadField): NewField {
  return {
    name,
    dimension: dimension ?? 0,
    metric: metric ?? 'cosine',
    embedding: embedding ? { name: embedding.name, dimension: embedding.dimension } : null,
    text: takesTexts(embedding) ? (text ?? DOCUMENT) : null,
    index: storedFormOf(index),
  };
}

function requireFieldName(thing: string, name: string): void {
  const isName = /^\p{L}[\p{L}\p{N}_-]*$/u.test(name) && name.length <= LIMITS.fieldNameLengthMax;
  if (isName && !TAKEN.includes(name)) return;
  throw new VecinoError(
    'NAME_INVALID',
    `${thing}: a vector has the name ${quoted(name)}, expected a letter and then letters, digits, "_" and "-", 1 to ${LIMITS.fieldNameLengthMax} characters, and neither of ${TAKEN.join(', ')}`,
    { details: { lengthMax: LIMITS.fieldNameLengthMax, received: quoted(name) } },
  );
}

function readText(where: string, text: unknown): string | undefined {
  if (text === undefined) return undefined;
  const isPath = typeof text === 'string' && text.isWellFormed() && !text.startsWith('$');
  if (isPath && !text.split('.').includes('')) return text;
  const received = typeof text === 'string' && text !== '' ? quoted(text) : describeValue(text);
  throw new VecinoError(
    'OPTION_INVALID',
    `${where}: text is ${received}, expected "document" or the path of a text in metadata, keys joined by single dots`,
    { details: { option: 'text', received } },
  );
}
