/**
 * Vecino's engine by itself: one memory, one thread, no collection, no SQLite, row numbers for slots. It is
 * what the C++ programs are compared with, which are indexes and no databases either.
 *
 * The one file of the bench that reaches into Vecino's sources; everything else goes through its public entry.
 */
import { closeSync, mkdirSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { layingOrder, moveNodes } from '../../../vecino/src/index/compaction.ts';
import type { Family } from '../../../vecino/src/index/family.ts';
import { completeIndexOptions, familyOf } from '../../../vecino/src/index/registry.ts';
import { type Found, type SearchRequest, searchSpace } from '../../../vecino/src/index/search.ts';
import { BLOCK_SLOTS, type Layout, layoutOf } from '../../../vecino/src/kernel/layout.ts';
import { VectorSpace } from '../../../vecino/src/kernel/vector-space.ts';
import { ScalarRange } from '../../../vecino/src/quantizer/scalar-range.ts';
import { kernelOf } from '../../../vecino/src/vector/metric.ts';
import { prepared, preparedQuery, preparedWidth } from '../../../vecino/src/vector/prepare.ts';
import { Stopwatch } from '../measure/stopwatch.ts';
import type { BuildFigures, BuildTask, NodePeer, OpenTask, Searcher } from './peer.ts';
import { aboutVecino } from './vecino-version.ts';

const FAMILY = familyOf('hnsw');

export const vecinoEngine: NodePeer = {
  name: 'vecino-engine',
  search: 'graph',
  isOurs: true,
  absence: async () => undefined,
  about: aboutVecino,
  build: async (task) => build(task, FAMILY),
  open: async (task) => openSpace(task, FAMILY),
};

/** Vectors of one call of the builder, between which progress is told. */
const LINK_CHUNK = 1_000;
/** As a collection's searches have it by default. */
const OVERSAMPLE = 3;

async function build(task: BuildTask, family: Family): Promise<BuildFigures> {
  const building = new Stopwatch();
  building.start();
  const loose = makeSpace(task, family);
  putAll(loose, task);
  linkAll(loose, family, task);
  const space = compacted(loose, task, family);
  building.stop();

  const saving = new Stopwatch();
  saving.start();
  saveSpace(space, task.folder);
  saving.stop();
  const diskBytes = statSync(spacePath(task.folder)).size;
  return {
    insertSeconds: building.seconds,
    linkSeconds: 0,
    saveSeconds: saving.seconds,
    cpuSeconds: building.cpuSeconds,
    diskBytes,
    indexFileBytes: diskBytes,
  };
}

function layoutFor({ dimension, metric, parameters }: OpenTask, family: Family): Layout {
  const { M, efConstruction, seed } = parameters;
  const options = completeIndexOptions('the bench', { family: family.name, M, efConstruction, seed }, metric);
  const graph = family.graph(options);
  return layoutOf({
    dimension: preparedWidth(metric, dimension),
    kernel: kernelOf(metric),
    ...(graph && { graph }),
    coded: family.quantizer(options) === 'sq8',
    originals: family.originals(options),
    lanes: 1,
  });
}

function makeSpace(task: BuildTask, family: Family): VectorSpace {
  const space = VectorSpace.create(layoutFor(task, family));
  space.reserve(task.base.length / task.dimension);
  return space;
}

/** Puts the vectors into their places; row i is slot i and, before compaction, node i. */
function putAll(space: VectorSpace, { base, dimension, metric }: BuildTask): void {
  const range = new ScalarRange();
  for (let row = 0; row * dimension < base.length; row++) {
    const vector = prepared(metric, base.subarray(row * dimension, (row + 1) * dimension), 0);
    range.learn(vector);
    space.writeSlot(row, row);
    space.writeVector(row, vector);
    space.setLive(row, true);
  }
  if (!space.layout.coded) return;
  const { offset, scale } = range.choose(undefined);
  space.writeCodeRange(offset, scale);
}

function linkAll(space: VectorSpace, family: Family, { base, dimension, progress }: BuildTask): void {
  const rows = base.length / dimension;
  const nodes = Uint32Array.from({ length: rows }, (_, row) => row);
  if (!family.builder) {
    for (const node of nodes) space.setLinked(node, true);
    return;
  }
  for (let from = 0; from < rows; from += LINK_CHUNK) {
    family.builder.link(space, nodes.subarray(from, from + LINK_CHUNK), Number.POSITIVE_INFINITY);
    progress(`${Math.min(from + LINK_CHUNK, rows)} of ${rows} linked`);
  }
}

/** Lays the nodes out as a collection's compaction does. */
function compacted(loose: VectorSpace, task: BuildTask, family: Family): VectorSpace {
  if (!family.builder?.order) return loose;
  const order = layingOrder(loose, family, task.base.length / task.dimension);
  const space = makeSpace(task, family);
  moveNodes(loose, space, family, order);
  for (const node of order.keys()) space.setLive(node, true);
  return space;
}

async function openSpace(task: OpenTask, family: Family): Promise<Searcher<Float32Array, Found>> {
  const { space, rows } = loadSpace(task, family);
  const none = new Uint32Array();
  const common = {
    way: 'graph' as const,
    oversample: OVERSAMPLE,
    nodes: rows,
    matches: rows,
    budget: rows,
    pending: none,
    hasRemoved: false,
    sound: true,
  };
  const vectorBytes = rows * space.layout.vectorStride;
  return {
    prepare: (vector) => preparedQuery(task.metric, vector),
    search: (query, k, effort) =>
      searchSpace(space, family, { query, k, effort, ...common } satisfies SearchRequest),
    rowsOf: ({ slots }) => Array.from(slots),
    memory: async () => ({ vectorBytes, indexBytes: space.bytesAllocated - vectorBytes }),
    close: async () => {},
  };
}

/** The whole memory as it lies, which is enough to open it again in the same version. */
function saveSpace(space: VectorSpace, folder: string): void {
  mkdirSync(join(folder, 'index'));
  const file = openSync(spacePath(folder), 'w');
  const bytes = new Uint8Array(space.shared.memory.buffer);
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, Math.min(CHUNK, bytes.length - at));
  closeSync(file);
}

function loadSpace(task: OpenTask, family: Family): { space: VectorSpace; rows: number } {
  const path = spacePath(task.folder);
  const size = statSync(path).size;
  const layout = layoutFor(task, family);
  const space = VectorSpace.create(layout);
  const missing = size - space.shared.memory.buffer.byteLength;
  if (missing > 0) space.shared.memory.grow(missing / PAGE);
  const bytes = new Uint8Array(space.shared.memory.buffer);
  const file = openSync(path, 'r');
  for (let at = 0; at < size; ) at += readSync(file, bytes, at, Math.min(CHUNK, size - at), at);
  closeSync(file);
  return { space, rows: liveRows(space) };
}

/** Compaction leaves no gaps, so the rows are the leading live nodes. */
function liveRows(space: VectorSpace): number {
  let rows = 0;
  while (rows < space.blocks * BLOCK_SLOTS && space.isLinked(rows)) rows += 1;
  return rows;
}

const CHUNK = 64 << 20;
const PAGE = 65_536;

function spacePath(folder: string): string {
  return join(folder, 'index', 'space.bin');
}
