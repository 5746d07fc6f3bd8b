import type { CollectionStats, IndexFigures, VectorFieldStats } from '../../api/collection-stats.ts';
import { present } from '../../base/assert.ts';
import { describeRemote } from './describe-remote.ts';
import type { RemoteState } from './remote-state.ts';

/** Nothing lies in this process: what vectors and index take, the engine's store has. */
const NO_MEMORY = { vectorBytes: 0, indexBytes: 0, reindexBytes: 0 } as const;

/** What a collection holds and costs. An engine elsewhere indexes with each write, so nothing is ever pending. */
export async function remoteStats({
  stored,
  backend,
  settings,
  expiry,
  embedder,
}: RemoteState): Promise<CollectionStats> {
  const { seq, storeBytes } = present(await backend.figures?.(stored), 'the figures');
  const described = describeRemote(stored, await backend.counts(stored, expiry.now()), settings.serving);
  const { name, records, vectors } = described;
  const named = Object.entries(vectors ?? {}).map(([field, one]): readonly [string, VectorFieldStats] => [
    field,
    {
      records: one.records,
      index: figuresOf(one.serving.options.family, one.records),
      memory: NO_MEMORY,
      disk: { snapshotBytes: 0 },
    },
  ]);
  return {
    name,
    records,
    seq,
    index: figuresOf(described.serving.options.family, records),
    memory: { ...NO_MEMORY, filterBytes: 0 },
    disk: { snapshotBytes: 0, storeBytes },
    embedding: embedder.figures,
    ...(vectors && { vectors: Object.fromEntries(named) }),
  };
}

function figuresOf(family: IndexFigures['family'], records: number): IndexFigures {
  return { family, linked: records, pending: 0, removed: 0, unreached: 0, slots: records };
}
