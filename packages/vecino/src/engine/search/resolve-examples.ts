import { VecinoError } from '../../base/errors.ts';
import { quoted } from '../../base/options.ts';
import { type StoredCollection, type StoredField, type StoredVectors, UNNAMED } from '../../storage/store.ts';
import { withoutVector } from '../choose-fields.ts';
import type { CollectionState } from '../collection-state.ts';
import type { VectorField } from '../vector-field.ts';
import type { EmbeddedInputs } from './embed-queries.ts';
import type { VectorLeg } from './legs.ts';
import type { ReadExample, ReadExamples } from './read-examples.ts';
import { type Placed, sumOfExamples } from './sum-examples.ts';

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
  embedded: EmbeddedInputs,
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
  const vector = sumOfExamples(state.field, thing, examples.strategy, like ?? [], unlike ?? []);
  return { kind: 'vector', field: state.field, vector };
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
