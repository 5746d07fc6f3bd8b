import type { Embedding, ImageInput } from '../../api/image.ts';
import { present } from '../../base/assert.ts';
import { VecinoError } from '../../base/errors.ts';
import { quoted } from '../../base/options.ts';
import { withoutVector } from '../choose-fields.ts';
import type { CollectionState } from '../collection-state.ts';
import { readId } from '../read-records.ts';
import type { VectorField } from '../vector-field.ts';
import type { Leg, VectorLeg } from './legs.ts';
import type { ReadQuery } from './read-query.ts';
import {
  type EmbeddedExamples,
  idsOfExamples,
  imagesOfExamples,
  legOfExamples,
  textsOfExamples,
} from './resolve-examples.ts';

/** A query of which it is known what it looks for. */
export interface Asked {
  readonly read: ReadQuery;
  /** At least one. */
  readonly legs: readonly Leg[];
  /** Ids of records that were asked with, which are no answer. */
  readonly except: readonly string[];
}

/** What the embedding of a field has made of the texts and of the pictures of a query. */
type Embedded = (read: ReadQuery, field: VectorField) => EmbeddedExamples;

/** Finds out what to look for. The texts, or pictures, of all queries that one embedding is for are embedded in one call. */
export async function resolveLegs(state: CollectionState, reads: readonly ReadQuery[]): Promise<Asked[]> {
  const { embedder } = state;
  const texts = await embedAll(
    reads,
    textsOf,
    (field) => field.requireEmbedding('searching by text'),
    (thing, embedding, asked) => embedder.embed(thing, embedding, asked, 'query'),
  );
  const images = await embedAll(
    reads,
    imagesOf,
    (field) => field.requireImageEmbedding('searching by a picture'),
    (thing, embedding, asked) => embedder.embedImages(thing, embedding, asked, 'query'),
  );
  const embedded: Embedded = (read, field) => ({ texts: texts(read, field), images: images(read, field) });
  return reads.map((read) => resolve(state, read, embedded));
}

function resolve(state: CollectionState, read: ReadQuery, embedded: Embedded): Asked {
  const { thing, query, fields, examples, words } = read;
  const wordLegs: Leg[] = words ? [{ kind: 'fullText', words }] : [];
  if (examples) {
    const legs = fields.map((field) =>
      legOfExamples(state.of(field), thing, examples, embedded(read, field)),
    );
    return { read, legs: [...legs, ...wordLegs], except: idsOfExamples(state, examples) };
  }
  if (query.id !== undefined) {
    const id = readId(thing, query.id);
    return { read, legs: [...legsOfRecord(state, thing, id, fields), ...wordLegs], except: [id] };
  }
  const legs = fields.map((field): VectorLeg => {
    if (query.vector !== undefined)
      return { kind: 'vector', field, vector: field.readQuery(thing, query.vector) };
    const { texts, images } = embedded(read, field);
    const by = `${thing}: ${query.text === undefined ? 'picture' : 'text'}, embedded by "${field.embedding?.name}"`;
    return { kind: 'vector', field, vector: field.readQuery(by, texts[0] ?? images[0]) };
  });
  return { read, legs: [...legs, ...wordLegs], except: [] };
}

/** Embeds the texts, or the pictures, of all queries: those of one query for several fields of one embedding only once. */
async function embedAll<Input, Model extends Embedding>(
  reads: readonly ReadQuery[],
  inputsOf: (read: ReadQuery) => readonly Input[],
  modelOf: (field: VectorField) => Model,
  embed: (thing: string, model: Model, inputs: readonly Input[]) => Promise<readonly unknown[]>,
): Promise<(read: ReadQuery, field: VectorField) => readonly unknown[]> {
  const jobs = new Map<Model, Map<ReadQuery, readonly Input[]>>();
  for (const read of reads) {
    const inputs = inputsOf(read);
    if (inputs.length === 0) continue;
    for (const field of read.fields) {
      const model = modelOf(field);
      const job = jobs.get(model) ?? new Map<ReadQuery, readonly Input[]>();
      jobs.set(model, job.set(read, inputs));
    }
  }
  const made = new Map<Embedding, Map<ReadQuery, readonly unknown[]>>();
  for (const [model, job] of jobs) {
    const vectors = await embed(present(reads[0], 'a query').thing, model, [...job.values()].flat());
    const byQuery = new Map<ReadQuery, readonly unknown[]>();
    let next = 0;
    for (const [read, inputs] of job) {
      byQuery.set(read, vectors.slice(next, next + inputs.length));
      next += inputs.length;
    }
    made.set(model, byQuery);
  }
  return (read, { embedding }) => (embedding && made.get(embedding)?.get(read)) ?? [];
}

/** The texts of a query that are to be embedded. */
function textsOf({ query, examples }: ReadQuery): readonly string[] {
  if (examples) return textsOfExamples(examples);
  return query.text === undefined ? [] : [query.text];
}

/** The pictures of a query that are to be embedded. */
function imagesOf({ query, examples }: ReadQuery): readonly ImageInput[] {
  if (examples) return imagesOfExamples(examples);
  return query.image === undefined ? [] : [query.image];
}

/** Near a stored record: each field near its own vector, as far as the record has them. */
function legsOfRecord(
  state: CollectionState,
  thing: string,
  id: string,
  fields: readonly VectorField[],
): VectorLeg[] {
  const { reader } = state.store;
  const now = state.expiry.now();
  const row = reader.rowsOfIds(state.id, state.namespace, [id], [state.vectorPart], now)[0];
  if (!row) {
    throw new VecinoError(
      'RECORD_NOT_FOUND',
      `${thing}: no record has the id ${quoted(id)}; look near a vector or a text instead`,
      { details: { id } },
    );
  }
  const legs = fields.flatMap((field): VectorLeg[] => {
    const vector = field.of(row);
    return vector ? [{ kind: 'vector', field, vector }] : [];
  });
  if (legs.length === 0) throw withoutVector(thing, row, fields);
  return legs;
}
