import type { ReembedEstimate } from '../../api/reembed.ts';
import { estimateTokens } from '../../base/estimate-tokens.ts';
import type { StoredRow } from '../../storage/store.ts';
import { DOCUMENT } from '../../text/record-texts.ts';
import type { CollectionState } from '../collection-state.ts';
import { ask } from '../embed.ts';
import { requireTexts } from './missing-texts.ts';
import { pendingSet } from './pending-set.ts';
import type { ReadTarget } from './read-target.ts';
import { textOf } from './set-filler.ts';

/** Texts are taken from so many places, evenly over the collection's changes, and so many from each. */
const PLACES = 8;
const AT_A_PLACE = 8;
/** The first texts find the model not loaded and the connection not made: they are not timed. */
const WARMING = 8;

/**
 * What moving to another model would cost, from embedding a sample. What cannot be moved has no cost: it is refused as
 * the move would be.
 */
export async function estimateReembed(
  state: CollectionState,
  thing: string,
  target: ReadTarget,
): Promise<ReembedEstimate> {
  const { embedding, field } = target;
  const records = field.countRecords(Number.NEGATIVE_INFINITY);
  const set = pendingSet(state, target);
  const isThere = field.vectorSet === set;
  if (!isThere) await requireTexts(state, thing, target, set);
  const done = set === undefined ? 0 : state.store.reader.countOfSet(state.id, set);
  const left = isThere ? 0 : Math.max(0, records - done);
  const texts =
    left === 0 ? [] : sampleOf(state, target, set).flatMap((row) => textOf(thing, target.source, row) ?? []);
  const tokens = (await embedding.countTokens?.(texts)) ?? texts.map(estimateTokens);
  const share = texts.length === 0 ? 0 : left / texts.length;
  const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);
  return {
    records,
    texts: left,
    characters: Math.round(share * sum(texts.map(({ length }) => length))),
    tokens: Math.round(share * sum(tokens)),
    seconds: left * (await secondsOfOne(state, thing, target, texts)),
    sampled: texts.length,
    vectorBytes: isThere ? 0 : records * embedding.dimension * Float32Array.BYTES_PER_ELEMENT,
  };
}

/** Records that lack the new vector, from all over the collection. */
function sampleOf(
  state: CollectionState,
  { field, source }: ReadTarget,
  set: number | undefined,
): StoredRow[] {
  const { reader } = state.store;
  const from = (after: number, limit: number) =>
    reader.lackingVectors(state.id, {
      from: field.vectorSet,
      to: set ?? -1,
      after,
      limit,
      parts: [source.text === DOCUMENT ? 'document' : 'metadata'],
    });
  const first = from(0, 1).last ?? 0;
  const step = (state.latestSeq - first + 1) / PLACES;
  const rows = new Map<number, StoredRow>();
  for (let place = 0; place < PLACES; place++) {
    for (const row of from(first - 1 + Math.floor(place * step), AT_A_PLACE).rows) rows.set(row.slot, row);
  }
  return [...rows.values()];
}

async function secondsOfOne(
  { embedder }: CollectionState,
  thing: string,
  { embedding }: ReadTarget,
  texts: readonly string[],
): Promise<number> {
  if (texts.length === 0) return 0;
  const warming = texts.length > 2 * WARMING ? texts.slice(0, WARMING) : [];
  const timed = texts.slice(warming.length);
  if (warming.length > 0) await embedder.embed(thing, embedding, warming, 'document');
  const before = embedder.figures.embedded;
  const started = performance.now();
  await embedder.embed(thing, embedding, timed, 'document');
  const seconds = (performance.now() - started) / 1_000;
  const embedded = embedder.figures.embedded - before;
  if (embedded * 2 >= timed.length) return seconds / embedded;
  // Who asks again finds the sample among what is kept, which tells nothing.
  const again = performance.now();
  const commission = { embedding, noun: 'text', count: timed.length } as const;
  await ask(thing, commission, () => embedding.embed(timed, { kind: 'document' }));
  return (performance.now() - again) / 1_000 / timed.length;
}
