import { present } from '../../base/assert.ts';
import { VecinoError } from '../../base/errors.ts';
import { quoted } from '../../base/options.ts';
import { readVector } from '../../vector/read-vector.ts';
import type { CollectionState } from '../collection-state.ts';
import { readId } from '../read-records.ts';
import type { Leg } from './legs.ts';
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

/** Finds out what to look for. The texts of all queries are embedded in one call. */
export async function resolveLegs(state: CollectionState, reads: readonly ReadQuery[]): Promise<Asked[]> {
  const texts = reads.map(textsOf);
  const embedded = await embedTexts(state, reads, texts.flat());
  let next = 0;
  return reads.map((read, i) => {
    const own = embedded.slice(next, next + (texts[i]?.length ?? 0));
    next += own.length;
    return resolve(state, read, own);
  });
}

/** The texts of a query that are to be embedded. */
function textsOf({ query, examples }: ReadQuery): readonly string[] {
  if (examples) return textsOfExamples(examples);
  return query.text === undefined ? [] : [query.text];
}

/** @param embedded what the embedding has made of the query's texts */
function resolve(state: CollectionState, read: ReadQuery, embedded: readonly unknown[]): Asked {
  const { thing, query, examples, words } = read;
  const wordLegs: Leg[] = words ? [{ kind: 'fullText', words }] : [];
  if (examples) {
    const leg = legOfExamples(state, thing, examples, embedded);
    return { read, legs: [leg, ...wordLegs], except: idsOfExamples(state, examples) };
  }
  const near = (vector: Float32Array): Leg => ({ kind: 'vector', vector });
  if (query.id !== undefined) {
    const id = readId(thing, query.id);
    return { read, legs: [near(storedVector(state, thing, id)), ...wordLegs], except: [id] };
  }
  if (query.vector === undefined && query.text === undefined) return { read, legs: wordLegs, except: [] };
  const [by, input] =
    query.vector !== undefined
      ? [thing, query.vector]
      : [`${thing}: text, embedded by "${state.embedding?.name}"`, embedded[0]];
  const vector = readVector(by, input, state.dimension, state.metric);
  return { read, legs: [near(vector), ...wordLegs], except: [] };
}

async function embedTexts(
  state: CollectionState,
  reads: readonly ReadQuery[],
  texts: readonly string[],
): Promise<readonly unknown[]> {
  if (texts.length === 0) return [];
  const embedding = state.requireEmbedding('searching by text');
  return state.embedder.embed(present(reads[0], 'a query').thing, embedding, texts, 'query');
}

function storedVector(state: CollectionState, thing: string, id: string): Float32Array {
  const row = state.store.reader.rowsOfIds(
    state.id,
    state.namespace,
    [id],
    ['vector'],
    state.expiry.now(),
  )[0];
  if (row?.vector) return row.vector;
  throw new VecinoError(
    'RECORD_NOT_FOUND',
    `${thing}: no record has the id ${quoted(id)}; look near a vector or a text instead`,
    { details: { id } },
  );
}
