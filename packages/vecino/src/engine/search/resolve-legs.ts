import { VecinoError } from '../../base/errors.ts';
import { quoted } from '../../base/options.ts';
import { withoutVector } from '../choose-fields.ts';
import type { CollectionState } from '../collection-state.ts';
import { readId } from '../read-records.ts';
import type { VectorField } from '../vector-field.ts';
import { type Embedded, embedQueries } from './embed-queries.ts';
import type { Leg, VectorLeg } from './legs.ts';
import type { ReadQuery } from './read-query.ts';
import { idsOfExamples, legOfExamples } from './resolve-examples.ts';

/** A query of which it is known what it looks for. */
export interface Asked {
  readonly read: ReadQuery;
  /** At least one. */
  readonly legs: readonly Leg[];
  /** Ids of records that were asked with, which are no answer. */
  readonly except: readonly string[];
}

/** Finds out what to look for. The texts, or pictures, of all queries that one embedding is for are embedded in one call. */
export async function resolveLegs(state: CollectionState, reads: readonly ReadQuery[]): Promise<Asked[]> {
  const embedded = await embedQueries(state, reads);
  return reads.map((read) => resolve(state, read, embedded));
}

function resolve(state: CollectionState, read: ReadQuery, embedded: Embedded<VectorField>): Asked {
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
