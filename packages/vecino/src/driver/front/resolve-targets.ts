import { VecinoError } from '../../base/errors.ts';
import { quoted } from '../../base/options.ts';
import { withoutVector } from '../../engine/choose-fields.ts';
import { readId } from '../../engine/read-records.ts';
import type { Embedded } from '../../engine/search/embed-queries.ts';
import type { ReadExample } from '../../engine/search/read-examples.ts';
import type { ReadQuery } from '../../engine/search/read-query.ts';
import { type Placed, sumOfExamples } from '../../engine/search/sum-examples.ts';
import type { RemoteRow } from './backend.ts';
import type { BestOf } from './best-score-remote.ts';
import type { RemoteField } from './remote-field.ts';
import type { RemoteState } from './remote-state.ts';
import { unsupported } from './unsupported.ts';

export type RemoteQuery = ReadQuery<RemoteField>;

/** Where a query looks in one field. */
export interface Place {
  readonly field: RemoteField;
  readonly vector: Float32Array;
  /** Where records are ranked by the example that they are nearest to, in the place of `vector`. */
  readonly best?: BestOf;
}

/** What a query looks near, of each field, and which records are no answer. */
export interface Target {
  readonly vectors: readonly Place[];
  readonly except: readonly string[];
}

/** Finds out what to look near. Records that a query names are read once for all of its fields. */
export async function resolveTargets(
  state: RemoteState,
  read: RemoteQuery,
  embedded: Embedded<RemoteField>,
): Promise<Target> {
  const { thing, query, fields, examples } = read;
  if (examples) {
    const rows = await rowsOfExamples(state, [...examples.like, ...examples.unlike]);
    const vectors = fields.map((field) => {
      const made = embedded(read, field);
      const [texts, images] = [made.texts.values(), made.images.values()];
      const [like = [], unlike = []] = [examples.like, examples.unlike].map((list) =>
        list.map((one) => {
          const inputs = one.example.image === undefined ? texts : images;
          return placed(state, field, one, rows, () => inputs.next().value);
        }),
      );
      if (examples.strategy === 'bestScore') return nearestOf(field, like, unlike);
      return { field, vector: sumOfExamples(field, thing, examples.strategy, like, unlike) };
    });
    return { vectors, except: [...rows.keys()] };
  }
  if (query.id !== undefined) {
    const id = readId(thing, query.id);
    const [row] = await state.records.rows([id], [state.vectorPart], state.expiry.now());
    if (!row) throw noRecord(thing, id, 'look near a vector or a text instead');
    const vectors = fields.flatMap((field) => {
      const vector = vectorOf(state, field, row);
      return vector ? [{ field, vector }] : [];
    });
    if (vectors.length === 0) throw withoutVector(thing, row, fields);
    return { vectors, except: [id] };
  }
  const vectors = fields.map((field) => {
    if (query.vector !== undefined) return { field, vector: field.readQuery(thing, query.vector) };
    const what = query.text === undefined ? 'picture' : 'text';
    const { texts, images } = embedded(read, field);
    const by = `${thing}: ${what}, embedded by "${field.embedding?.name}"`;
    return { field, vector: field.readQuery(by, (query.text === undefined ? images : texts)[0]) };
  });
  return { vectors, except: [] };
}

function nearestOf(field: RemoteField, like: readonly Placed[], unlike: readonly Placed[]): Place {
  const [likes, unlikes] = [like, unlike].map((list) => list.map(({ vector }) => vector));
  const best = { likes: likes ?? [], unlikes: unlikes ?? [] };
  return { field, vector: best.likes[0] ?? new Float32Array(), best };
}

/** The records that are examples, by id. */
async function rowsOfExamples(
  state: RemoteState,
  examples: readonly ReadExample[],
): Promise<ReadonlyMap<string, RemoteRow>> {
  const ids = new Set<string>();
  for (const { thing, example } of examples) {
    if (example.id === undefined) continue;
    if (example.collection !== undefined && example.collection !== state.stored.name) {
      const { engine } = state.backend.capabilities;
      throw unsupported(
        thing,
        engine,
        'examples of other collections',
        'give the vector of the record instead',
      );
    }
    ids.add(example.id);
  }
  const rows = await state.records.rows([...ids], [state.vectorPart], state.expiry.now());
  return new Map([...ids].flatMap((id, i) => (rows[i] ? [[id, rows[i]] as const] : [])));
}

function placed(
  state: RemoteState,
  field: RemoteField,
  { thing, example, weight }: ReadExample,
  rows: ReadonlyMap<string, RemoteRow>,
  made: () => unknown,
): Placed {
  if (example.id !== undefined) {
    const row = rows.get(example.id);
    if (!row) throw noRecord(thing, example.id, 'give a vector or a text instead');
    const vector = vectorOf(state, field, row);
    if (!vector) throw withoutVector(thing, row, [field]);
    return { vector, weight };
  }
  if (example.vector !== undefined) return { vector: field.readQuery(thing, example.vector), weight };
  const what = example.text === undefined ? 'picture' : 'text';
  const by = `${thing}: ${what}, embedded by "${field.embedding?.name}"`;
  return { vector: field.readQuery(by, made()), weight };
}

function vectorOf(state: RemoteState, field: RemoteField, row: RemoteRow): Float32Array | undefined {
  return row.vectors?.[state.fields.indexOf(field)];
}

function noRecord(thing: string, id: string, remedy: string): VecinoError {
  return new VecinoError('RECORD_NOT_FOUND', `${thing}: no record has the id ${quoted(id)}; ${remedy}`, {
    details: { id },
  });
}
