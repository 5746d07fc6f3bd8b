import type { Calibration } from '../../api/collection-stats.ts';
import type { IndexOptions } from '../../api/index-options.ts';
import type { JsonObject } from '../../api/metadata.ts';
import { VecinoError } from '../../base/errors.ts';
import { NO_NODE } from '../../kernel/layout.ts';
import type { VectorSpace } from '../../kernel/vector-space.ts';
import type { CodeRange, RangeStatistics } from '../../quantizer/scalar-range.ts';
import { SnapshotReader, SnapshotWriter } from '../../storage/snapshot-file.ts';

/**
 * Changes whenever the meaning of the stored blocks does (regions, their order, the arithmetic of levels): a
 * snapshot of another version is made anew.
 */
const BLOCK_VERSION = 9;

/** What a snapshot says of itself. It is only used if everything that the settings decide is as expected. */
export interface SnapshotHeader {
  readonly blockVersion: number;
  /** The collection that it was made from; see `StoredCollection`. */
  readonly collection: string;
  readonly dimension: number;
  readonly metric: string;
  readonly index: IndexOptions;
  /** Room for what the family has learnt; see `FamilyLearner.room`. */
  readonly room: number;
  readonly storedBytes: number;
  readonly segment: number;
  readonly segmentSlots: number;
  /** The latest change of the collection that the blocks hold. */
  readonly seq: number;
  /** Nodes in use, live or not. */
  readonly nodes: number;
  readonly entry: { readonly node: number; readonly level: number };
  /** See `prepared` in `vector/prepare.ts`. */
  readonly lengthBound: number;
  /** Range of the codes and what it was learnt from; null where there are none. */
  readonly codes: { readonly range: CodeRange; readonly learnt: RangeStatistics } | null;
  /** Which effort gives which recall, where that is known. */
  readonly calibration?: Calibration;
  /** Whether the first chunk is the model: what the family has learnt from the data as a whole. */
  readonly model?: boolean;
}

export type SnapshotIdentity = Pick<
  SnapshotHeader,
  'collection' | 'dimension' | 'metric' | 'index' | 'room' | 'storedBytes' | 'segment' | 'segmentSlots'
>;

export function snapshotHeader(
  identity: SnapshotIdentity,
  state: Pick<SnapshotHeader, 'seq' | 'nodes' | 'entry' | 'lengthBound' | 'codes' | 'model' | 'calibration'>,
): SnapshotHeader {
  const { seq, nodes, entry, lengthBound, codes, calibration, model = false } = state;
  const always = { blockVersion: BLOCK_VERSION, ...identity, seq, nodes, entry, lengthBound, codes };
  return { ...always, ...(calibration && { calibration }), ...(model && { model }) };
}

/** Writes the model, if there is one, and the stored part of each block in use. Answers the file's bytes. */
export function saveSnapshot(space: VectorSpace, path: string, header: JsonObject, nodes: number): number {
  const writer = new SnapshotWriter(path, header);
  try {
    if (header['model'] === true) writer.chunk(space.storedModel());
    for (let block = 0; block < space.blocksFor(nodes); block++) writer.chunk(space.storedBlock(block));
    return writer.finish();
  } catch (error) {
    writer.abort();
    throw error;
  }
}

/**
 * Reads and checks a snapshot's header.
 *
 * @param identityWith what it must say of itself if it has such a room; undefined where there is none such
 * @throws SNAPSHOT_OUTDATED where it was made by another version or for other settings
 */
export function readSnapshotHeader(
  path: string,
  identityWith: (room: number) => SnapshotIdentity | undefined,
): SnapshotHeader {
  const reader = new SnapshotReader(path);
  const header = reader.header as unknown as SnapshotHeader;
  reader.close();
  const identity = identityWith(header.room);
  if (!identity || canonical(header) !== canonical(snapshotHeader(identity, header))) {
    throw new VecinoError(
      'SNAPSHOT_OUTDATED',
      `snapshot "${path}" was made for other settings or by another version`,
    );
  }
  if (header.nodes > header.segmentSlots) {
    throw new VecinoError(
      'SNAPSHOT_CORRUPT',
      `snapshot "${path}" has ${header.nodes} nodes, expected at most ${header.segmentSlots}`,
    );
  }
  return header;
}

/** Reads the blocks into memory that has room for them, verifying each. */
export function loadSnapshot(space: VectorSpace, path: string, nodes: number): void {
  const reader = new SnapshotReader(path);
  try {
    const { entry, model } = reader.header as unknown as SnapshotHeader;
    if (model) reader.chunkInto(space.storedModel());
    for (let block = 0; block < space.blocksFor(nodes); block++) reader.chunkInto(space.storedBlock(block));
    reader.finish();
    if (entry.node !== NO_NODE && entry.node >= nodes) {
      throw new VecinoError(
        'SNAPSHOT_CORRUPT',
        `snapshot "${path}": entry point ${entry.node} of ${nodes} nodes`,
      );
    }
    space.engine.setEntry(entry.node, entry.level);
  } finally {
    reader.close();
  }
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
