import type { EmbeddingFunction } from '../../api/embedding.ts';
import { present } from '../../base/assert.ts';
import { VecinoError } from '../../base/errors.ts';
import { quoted } from '../../base/options.ts';
import { withoutVector } from '../choose-fields.ts';
import type { CollectionState } from '../collection-state.ts';
import { readId } from '../read-records.ts';
import type { VectorField } from '../vector-field.ts';
import type { Leg, VectorLeg } from './legs.ts';
import type { ReadQuery } from './read-query.ts';
import { idsOfExamples, legOfExamples, textsOfExamples } from './resolve-examples.ts';

/** A query of which it is known what it looks for. */
export interface Asked {
  readonly read: ReadQuery;
  /** At least one. */
  readonly legs: readonly Leg[];
  /** Ids of records that were asked with, which are no answer. */
  readonly except: readonly string[];
}

/** What the embedding of a field has made of the texts of a query. */
type Embedded = (read: ReadQuery, field: VectorField) => readonly unknown[];

/** Finds out what to look for. The texts of all queries that one embedding is for are embedded in one call. */
export async function resolveLegs(state: CollectionState, reads: readonly ReadQuery[]): Promise<Asked[]> {
  const embedded = await embedTexts(state, reads);
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
    const [by, input] =
      query.vector !== undefined
        ? [thing, query.vector]
        : [`${thing}: text, embedded by "${field.embedding?.name}"`, embedded(read, field)[0]];
    return { kind: 'vector', field, vector: field.readQuery(by, input) };
  });
  return { read, legs: [...legs, ...wordLegs], except: [] };
}

/** Embeds the texts of all queries: those of one query for several fields of one embedding only once. */
async function embedTexts({ embedder }: CollectionState, reads: readonly ReadQuery[]): Promise<Embedded> {
  const jobs = new Map<EmbeddingFunction, Map<ReadQuery, readonly string[]>>();
  for (const read of reads) {
    const texts = textsOf(read);
    if (texts.length === 0) continue;
    for (const field of read.fields) {
      const embedding = field.requireEmbedding('searching by text');
      const job = jobs.get(embedding) ?? new Map<ReadQuery, readonly string[]>();
      jobs.set(embedding, job.set(read, texts));
    }
  }
  const made = new Map<EmbeddingFunction, Map<ReadQuery, readonly unknown[]>>();
  for (const [embedding, job] of jobs) {
    const vectors = await embedder.embed(
      present(reads[0], 'a query').thing,
      embedding,
      [...job.values()].flat(),
      'query',
    );
    const byQuery = new Map<ReadQuery, readonly unknown[]>();
    let next = 0;
    for (const [read, texts] of job) {
      byQuery.set(read, vectors.slice(next, next + texts.length));
      next += texts.length;
    }
    made.set(embedding, byQuery);
  }
  return (read, { embedding }) => (embedding && made.get(embedding)?.get(read)) ?? [];
}

/** The texts of a query that are to be embedded. */
function textsOf({ query, examples }: ReadQuery): readonly string[] {
  if (examples) return textsOfExamples(examples);
  return query.text === undefined ? [] : [query.text];
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
