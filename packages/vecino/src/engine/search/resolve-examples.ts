import type { Strategy } from '../../api/example.ts';
import type { ImageInput } from '../../api/image.ts';
import { VecinoError } from '../../base/errors.ts';
import { quoted } from '../../base/options.ts';
import { type StoredCollection, type StoredField, type StoredVectors, UNNAMED } from '../../storage/store.ts';
import { lengthOf } from '../../vector/prepare.ts';
import { withoutVector } from '../choose-fields.ts';
import type { CollectionState } from '../collection-state.ts';
import type { VectorField } from '../vector-field.ts';
import type { VectorLeg } from './legs.ts';
import type { ReadExample, ReadExamples } from './read-examples.ts';

/** Shorter than this share of what was added up, a sum is what rounding has left of nothing. */
const CANCELLED = 1e-6;

/** An example of which it is known where it lies. */
interface Placed {
  readonly vector: Float32Array;
  readonly weight: number;
}

/** The texts of examples that are to be embedded, likes before unlikes. */
export function textsOfExamples({ like, unlike }: ReadExamples): string[] {
  return [...like, ...unlike].flatMap(({ example }) => example.text ?? []);
}

/** The pictures of examples that are to be embedded, likes before unlikes. */
export function imagesOfExamples({ like, unlike }: ReadExamples): ImageInput[] {
  return [...like, ...unlike].flatMap(({ example }) => example.image ?? []);
}

/** What an embedding has made of the texts and of the pictures, each in their order. */
export interface EmbeddedExamples {
  readonly texts: readonly unknown[];
  readonly images: readonly unknown[];
}

/** The ids of this collection that are examples, which are no answer. */
export function idsOfExamples(state: CollectionState, { like, unlike }: ReadExamples): string[] {
  const own = ({ example: { collection } }: ReadExample) =>
    collection === undefined || collection === state.collectionName;
  return [...like, ...unlike].filter(own).flatMap(({ example }) => example.id ?? []);
}

/**
 * What to look near, of examples.
 *
 * @param state of the field to look in
 */
export function legOfExamples(
  state: CollectionState,
  thing: string,
  examples: ReadExamples,
  embedded: EmbeddedExamples,
): VectorLeg {
  const [texts, images] = [embedded.texts.values(), embedded.images.values()];
  const [like, unlike] = [examples.like, examples.unlike].map((list) =>
    list.map((one) => {
      const made = one.example.image === undefined ? texts : images;
      return placed(state, one, () => made.next().value);
    }),
  );
  if (examples.strategy === 'bestScore') {
    const likes = (like ?? []).map(({ vector }) => vector);
    const unlikes = (unlike ?? []).map(({ vector }) => vector);
    const best = { likes, unlikes };
    return { kind: 'vector', field: state.field, vector: likes[0] ?? new Float32Array(), best };
  }
  const terms = [...weighed(thing, like ?? [], examples.strategy, (unlike ?? []).length > 0 ? 2 : 1)];
  terms.push(...weighed(thing, unlike ?? [], examples.strategy, -1));
  return { kind: 'vector', field: state.field, vector: sumOf(state, thing, terms) };
}

/** Terms of the sum: weights as they are, or as shares of their mean. */
function weighed(thing: string, list: readonly Placed[], strategy: Strategy, share: number): Placed[] {
  if (strategy === 'sum')
    return list.map(({ vector, weight }) => ({ vector, weight: weight * Math.sign(share) }));
  const total = list.reduce((sum, { weight }) => sum + weight, 0);
  if (list.length > 0 && total === 0) {
    throw new VecinoError(
      'WEIGHT_INVALID',
      `${thing}: the weights of a mean add up to 0, expected another sum, by which to divide; use the strategy sum for a difference`,
      { details: { received: 0 } },
    );
  }
  return list.map(({ vector, weight }) => ({ vector, weight: (weight / total) * share }));
}

function sumOf(state: CollectionState, thing: string, terms: readonly Placed[]): Float32Array {
  const sums = new Float64Array(state.dimension);
  let added = 0;
  for (const { vector, weight } of terms) {
    // Under cosine only directions count.
    const length = lengthOf(vector);
    const factor = state.metric === 'cosine' ? weight / length : weight;
    added += Math.abs(factor) * length;
    for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] ?? 0) + factor * (vector[i] ?? 0);
  }
  // The origin is a place like any other where distances are compared, but no direction.
  if (state.metric !== 'l2' && lengthOf(sums) <= CANCELLED * added) {
    throw new VecinoError(
      'EXAMPLES_CANCEL',
      `${thing}: the examples add up to a zero vector, expected one with a direction; leave out an example, or give it another weight`,
      { details: { metric: state.metric } },
    );
  }
  return state.field.readQuery(`${thing}: the sum of the examples`, sums);
}

function placed(
  state: CollectionState,
  { thing, example, weight }: ReadExample,
  made: () => unknown,
): Placed {
  const { field } = state;
  if (example.id !== undefined)
    return { vector: storedVector(state, thing, example.id, example.collection), weight };
  if (example.vector !== undefined) return { vector: field.readQuery(thing, example.vector), weight };
  const what = example.text === undefined ? 'picture' : 'text';
  const by = `${thing}: ${what}, embedded by "${field.embedding?.name}"`;
  return { vector: field.readQuery(by, made()), weight };
}

function storedVector(
  state: CollectionState,
  thing: string,
  id: string,
  collection = state.collectionName,
): Float32Array {
  const { field, store, expiry } = state;
  const isOwn = collection === state.collectionName;
  if (isOwn) {
    const parts = [field.part];
    const row = store.reader.rowsOfIds(state.id, state.namespace, [id], parts, expiry.now())[0];
    if (!row) throw noRecord(thing, id, collection, '');
    const vector = field.of(row);
    if (!vector) throw withoutVector(thing, row, [field]);
    return vector;
  }
  const stored = store.reader.collections().find(({ name }) => name === collection);
  if (!stored) {
    throw new VecinoError(
      'COLLECTION_NOT_FOUND',
      `${thing}: there is no collection ${quoted(collection)}; check the name`,
      { details: { collection } },
    );
  }
  const theirs = vectorsThere(thing, stored, field);
  const [mine, other] = [field.stored.embedding?.name, theirs.embedding?.name];
  if (mine !== undefined && other !== undefined && mine !== other) {
    throw new VecinoError(
      'EMBEDDING_MISMATCH',
      `${thing}: collection ${quoted(collection)} was embedded with "${other}", expected "${mine}" as in ${field.within(state.thing)}: vectors of two models cannot be compared; give the document as text`,
      { details: { expected: mine, received: other } },
    );
  }
  const part = 'number' in theirs ? 'vectors' : 'vector';
  const row = store.reader.rowsOfIds(stored.id, UNNAMED, [id], [part], expiry.now())[0];
  if (!row) throw noRecord(thing, id, collection, ` in collection ${quoted(collection)}`);
  const vector = row.vector ?? row.vectors?.get(theirs.vectorSet);
  if (!vector) throw withoutVector(`${thing}: collection ${quoted(collection)}`, row, [field]);
  return field.readQuery(`${thing}: record ${quoted(id)} of ${quoted(collection)}`, vector);
}

/** The vectors of another collection that are to be compared with those of a field: the only ones, or of its name. */
function vectorsThere(
  thing: string,
  { name, fields, ...only }: StoredCollection,
  field: VectorField,
): StoredVectors | StoredField {
  if (!fields) return only;
  const one = fields.find((theirs) => theirs.name === field.name);
  if (one) return one;
  const names = fields.map((theirs) => theirs.name);
  throw new VecinoError(
    'FIELD_UNKNOWN',
    `${thing}: collection ${quoted(name)} has the vectors ${names.join(', ')}, expected ${field.name === undefined ? 'one without a name' : quoted(field.name)}; give the vector itself`,
    { details: { collection: name, field: field.name, known: names } },
  );
}

function noRecord(thing: string, id: string, collection: string, where: string): VecinoError {
  return new VecinoError(
    'RECORD_NOT_FOUND',
    `${thing}: no record${where} has the id ${quoted(id)}; give a vector or a text instead`,
    { details: { id, collection } },
  );
}
