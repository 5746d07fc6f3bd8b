import type { CollectionStats, IndexFigures, VectorFieldStats } from '../api/collection-stats.ts';
import { present } from '../base/assert.ts';
import type { CollectionState } from './collection-state.ts';
import type { VectorField } from './vector-field.ts';

/** What a collection holds and costs; where vectors have names, the sums over them and each by itself. */
export function statsOf(state: CollectionState, name: string, records: number): CollectionStats {
  const filterBytes = state.filter.bytes + state.namespaces.bytes;
  const fields = state.fields.map((field) => [field.name, statsOfField(field, state.expiry.now())] as const);
  const all = fields.map(([, stats]) => stats);
  const sum = (of: (stats: VectorFieldStats) => number) => all.reduce((total, one) => total + of(one), 0);
  const [first] = all;
  const index = state.hasNames ? sumOf(all.map((one) => one.index)) : present(first, 'the vectors').index;
  return {
    name,
    records,
    seq: state.latestSeq,
    index,
    memory: {
      vectorBytes: sum(({ memory }) => memory.vectorBytes),
      indexBytes: sum(({ memory }) => memory.indexBytes),
      reindexBytes: sum(({ memory }) => memory.reindexBytes) + state.exchange.bytes,
      filterBytes,
    },
    disk: { snapshotBytes: sum(({ disk }) => disk.snapshotBytes), storeBytes: state.store.bytes() },
    embedding: state.embedder.figures,
    ...(state.hasNames
      ? { vectors: Object.fromEntries(fields.map(([field = '', stats]) => [field, stats])) }
      : first?.recall && { recall: first.recall }),
  };
}

function statsOfField(field: VectorField, now: number): VectorFieldStats {
  const { vectorBytes, indexBytes, reindexBytes, snapshotBytes, ...index } = field.index.figures;
  return {
    records: field.name === undefined ? field.index.count : field.countRecords(now),
    index,
    memory: { vectorBytes, indexBytes, reindexBytes },
    disk: { snapshotBytes },
    ...(field.recallWatch && { recall: field.recallWatch.report }),
  };
}

/** Figures of several indexes; the family is that of the first. */
function sumOf(figures: readonly IndexFigures[]): IndexFigures {
  const sum = (of: (one: IndexFigures) => number) => figures.reduce((total, one) => total + of(one), 0);
  return {
    family: present(figures[0], 'the first index').family,
    linked: sum(({ linked }) => linked),
    pending: sum(({ pending }) => pending),
    removed: sum(({ removed }) => removed),
    unreached: sum(({ unreached }) => unreached),
    slots: sum(({ slots }) => slots),
  };
}
