import { assert } from '../base/assert.ts';
import type { NamedVectors, WriteBatch } from './store.ts';

const NOTHING: Omit<WriteBatch, 'collection'> = {
  removals: new Uint32Array(),
  puts: { slots: new Uint32Array(), ids: [], vectors: new Float32Array(), documents: [], metadata: [] },
  patches: { slots: new Uint32Array(), documents: [], metadata: [] },
};

/** Guards against a batch whose parallel arrays do not match. */
export function requireWellFormed(
  { puts, patches }: WriteBatch,
  dimension: number,
  fieldDimensions: ReadonlyMap<number, number> = new Map(),
): void {
  const count = puts.slots.length;
  const { expiries = { length: count } } = puts;
  assert(expiries.length === count, 'as many expiries as slots');
  assert(puts.ids.length === count, 'as many ids as slots');
  assert(puts.documents.length === count && puts.metadata.length === count, 'as many documents as slots');
  const unnamed = fieldDimensions.size > 0 ? 0 : count;
  assert(
    puts.vectors.length === unnamed * dimension,
    'one vector of the collection’s dimension for each slot',
  );
  for (const { set, places, vectors } of puts.named ?? []) {
    assert(
      vectors.length === places.length * (fieldDimensions.get(set) ?? Number.NaN),
      'vectors of the field’s dimension',
    );
    assert(
      places.every((place, i) => place < count && place > (places[i - 1] ?? -1)),
      'places of puts, ascending',
    );
  }
  const patched = patches.slots.length;
  const { expiries: patchedExpiries = { length: patched } } = patches;
  assert(patchedExpiries.length === patched, 'as many expiries as patches');
  assert(patches.documents.length === patched && patches.metadata.length === patched, 'whole patches');
}

/**
 * Cuts a batch into slices of about `bytesMax`, in the batch's order, each with arrays of its own that can be
 * given away to another thread. A slice is copied when it is asked for, so that a large batch neither lies in
 * memory twice nor holds the event loop while all of it is copied.
 */
export function* slicesOf(batch: WriteBatch, bytesMax: number): Generator<WriteBatch> {
  const { collection, removals, moved = NOTHING.removals, puts, patches } = batch;
  const slotsMax = Math.max(1, Math.floor(bytesMax / 4));
  for (let from = 0; from < removals.length; from += slotsMax) {
    yield { ...NOTHING, collection, removals: removals.slice(from, from + slotsMax) };
  }
  for (let from = 0; from < moved.length; from += slotsMax) {
    yield { ...NOTHING, collection, moved: moved.slice(from, from + slotsMax) };
  }
  const dimension = puts.slots.length === 0 ? 0 : puts.vectors.length / puts.slots.length;
  const namedBytes = (puts.named ?? []).reduce((sum, { vectors }) => sum + vectors.byteLength, 0);
  const vectorBytes = dimension * 4 + namedBytes / Math.max(1, puts.slots.length);
  for (const [from, to] of ranges(puts, vectorBytes, bytesMax)) {
    yield {
      ...NOTHING,
      collection,
      puts: {
        slots: puts.slots.slice(from, to),
        ids: puts.ids.slice(from, to),
        vectors: puts.vectors.slice(from * dimension, to * dimension),
        ...(puts.named && { named: puts.named.map((named) => namedSlice(named, from, to)) }),
        documents: puts.documents.slice(from, to),
        metadata: puts.metadata.slice(from, to),
        ...(puts.expiries && { expiries: puts.expiries.slice(from, to) }),
      },
    };
  }
  for (const [from, to] of ranges(patches, 0, bytesMax)) {
    yield {
      ...NOTHING,
      collection,
      patches: {
        slots: patches.slots.slice(from, to),
        documents: patches.documents.slice(from, to),
        metadata: patches.metadata.slice(from, to),
        ...(patches.expiries && { expiries: patches.expiries.slice(from, to) }),
      },
    };
  }
}

/** The vectors of a field of the puts from one place to another, with places counted from there. */
function namedSlice({ set, places, vectors }: NamedVectors, from: number, to: number): NamedVectors {
  const dimension = places.length === 0 ? 0 : vectors.length / places.length;
  const firstOf = (least: number) => {
    const found = places.findIndex((place) => place >= least);
    return found === -1 ? places.length : found;
  };
  const [first, end] = [firstOf(from), firstOf(to)];
  return {
    set,
    places: places.slice(first, end).map((place) => place - from),
    vectors: vectors.slice(first * dimension, end * dimension),
  };
}

interface Texts {
  readonly documents: readonly (string | null)[];
  readonly metadata: readonly string[];
}

/** Consecutive ranges of records of about `bytesMax`, at least one record each. */
function* ranges(
  { documents, metadata }: Texts,
  vectorBytes: number,
  bytesMax: number,
): Generator<[from: number, to: number]> {
  let from = 0;
  let bytes = 0;
  for (let i = 0; i < metadata.length; i++) {
    const size =
      vectorBytes + (documents[i]?.length ?? 0) + (metadata[i]?.length ?? 0) + RECORD_OVERHEAD_BYTES;
    if (bytes > 0 && bytes + size > bytesMax) {
      yield [from, i];
      [from, bytes] = [i, 0];
    }
    bytes += size;
  }
  if (from < metadata.length) yield [from, metadata.length];
}

/** What a record costs beside vector and texts: id, keys, index entries. Only its magnitude matters. */
const RECORD_OVERHEAD_BYTES = 128;
