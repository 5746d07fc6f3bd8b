import { COLLECTION_OPTIONS, type CollectionOptions } from '../api/collection.ts';
import { LIMITS } from '../api/limits.ts';
import { VecinoError } from '../base/errors.ts';
import { didYouMean } from '../base/near-miss.ts';
import { quoted, readOptions } from '../base/options.ts';
import type { NewCollection, StoredCollection } from '../storage/store.ts';
import { type ReadField, readFields, requireFields, storedFieldOf } from './field-options.ts';
import { type ReadFullText, readFullText, settingsOf } from './full-text.ts';
import { storedFormOf } from './index-choice.ts';
import { compareVectors, type ReadVectors, readVectorOptions, requireSame } from './vector-options.ts';

/** Options of a collection, validated. */
export interface ReadCollectionOptions extends ReadVectors {
  /** Its named vectors, in the place of the one. */
  readonly fields: readonly ReadField[] | undefined;
  readonly fullText: ReadFullText | undefined;
}

/** What each vector has of its own where vectors have names. */
const OF_A_VECTOR = ['dimension', 'metric', 'embedding', 'index', 'recall'] as const;

export function readCollectionOptions(
  name: string,
  options: CollectionOptions | undefined,
): ReadCollectionOptions {
  const thing = `collection "${name}"`;
  const read = readOptions<CollectionOptions>(thing, COLLECTION_OPTIONS, options);
  const misplaced = OF_A_VECTOR.filter((option) => read[option] !== undefined);
  if (read.vectors !== undefined && misplaced.length > 0) {
    throw new VecinoError(
      'OPTION_INVALID',
      `${thing}: received vectors and ${misplaced.join(', ')}, expected one of them: vectors with names have these each of their own; put them there`,
      { details: { option: 'vectors', received: misplaced } },
    );
  }
  return {
    ...readVectorOptions(thing, read),
    fields: read.vectors === undefined ? undefined : readFields(thing, read.vectors),
    fullText: read.fullText === undefined ? undefined : readFullText(thing, read.fullText),
  };
}

/** What the store is to keep of a new collection. */
export function newCollectionOf(name: string, read: ReadCollectionOptions): NewCollection {
  const fullText = read.fullText && settingsOf(read.fullText);
  if (read.fields) {
    requireFields(`collection "${name}"`, read.fields);
    const fields = read.fields.map(storedFieldOf);
    // What stands here of vectors means nothing where they have names.
    return { name, dimension: 0, metric: 'cosine', embedding: null, index: {}, fullText, fields };
  }
  const { embedding, metric, index } = read;
  return {
    name,
    dimension: requireDimension(name, read),
    metric: metric ?? 'cosine',
    embedding: embedding ? { name: embedding.name, dimension: embedding.dimension } : null,
    index: storedFormOf(index),
    fullText,
  };
}

function requireDimension(name: string, { dimension }: ReadCollectionOptions): number {
  if (dimension !== undefined) return dimension;
  throw new VecinoError(
    'OPTION_INVALID',
    `collection "${name}" does not exist yet, and its options have no dimension; create it with \`{ dimension: … }\` or \`{ embedding: … }\``,
    { details: { option: 'dimension', expected: `1 to ${LIMITS.dimensionMax}`, received: 'undefined' } },
  );
}

/** Refuses to open a collection as something that it is not. What the caller does not name is not compared. */
export function compareOptions(stored: StoredCollection, read: ReadCollectionOptions): void {
  const thing = `collection "${stored.name}"`;
  if (stored.fields) compareFields(thing, stored.fields, read);
  else if (read.fields) {
    throw new VecinoError(
      'COLLECTION_MISMATCH',
      `${thing} exists with one vector a record, without a name, received vectors; open it without that option, or create another collection`,
      { details: { option: 'vectors', expected: null, received: read.fields.map(({ name }) => name) } },
    );
  } else compareVectors(thing, stored.name, stored, read);
  const { fullText } = stored;
  if (!fullText) return;
  requireSame(thing, 'fullText language', fullText.language, read.fullText?.language);
  requireSame(thing, 'fullText fields', fullText.fields.join(', '), read.fullText?.fields?.join(', '));
}

function compareFields(
  thing: string,
  stored: NonNullable<StoredCollection['fields']>,
  read: ReadCollectionOptions,
): void {
  const names = stored.map(({ name }) => name);
  const misplaced = OF_A_VECTOR.filter(
    (option) => option !== 'index' && option !== 'recall' && read[option] !== undefined,
  ) as string[];
  if (Object.keys(read.givenIndex).length > 0) misplaced.push('index');
  if (misplaced.length > 0) {
    throw new VecinoError(
      'COLLECTION_MISMATCH',
      `${thing} exists with vectors that have names (${names.join(', ')}), received ${misplaced.join(', ')}; give them as vectors: { ${names[0]}: … }`,
      { details: { option: 'vectors', expected: names, received: misplaced } },
    );
  }
  for (const field of read.fields ?? []) {
    const one = stored.find(({ name }) => name === field.name);
    if (!one) {
      throw new VecinoError(
        'COLLECTION_MISMATCH',
        `${thing} exists with the vectors ${names.join(', ')}, received ${quoted(field.name)}${didYouMean(field.name, names)}; open it with those that it has, or create another collection`,
        { details: { option: 'vectors', expected: names, received: field.name } },
      );
    }
    const which = `${thing}, field ${quoted(field.name)},`;
    compareVectors(which, thing, one, field);
    requireSame(which, 'text', one.text, field.text);
  }
}
