/**
 * Vecino's engine by itself: one memory, one thread, no collection, no SQLite, row numbers for slots. It is
 * what the C++ programs are compared with, which are indexes and no databases either.
 *
 * The one file of the bench that reaches into Vecino's sources; everything else goes through its public entry.
 */
import { closeSync, mkdirSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { IndexOptions } from '../../../vecino/src/api/index-options.ts';
import { VecinoError } from '../../../vecino/src/base/errors.ts';
import type { Family } from '../../../vecino/src/index/family.ts';
import { completeIndexOptions, familyOf } from '../../../vecino/src/index/registry.ts';
import { layingOrder, moveNodes } from '../../../vecino/src/index/relaying.ts';
import { type Found, type SearchRequest, searchSpace } from '../../../vecino/src/index/search.ts';
import { BLOCK_SLOTS, type Layout, layoutOf } from '../../../vecino/src/kernel/layout.ts';
import { VectorSpace } from '../../../vecino/src/kernel/vector-space.ts';
import { ScalarRange } from '../../../vecino/src/quantizer/scalar-range.ts';
import { kernelOf } from '../../../vecino/src/vector/metric.ts';
import { prepared, preparedQuery, preparedWidth } from '../../../vecino/src/vector/prepare.ts';
import { EF_SEARCH, type Knob, NPROBE, OVERSAMPLE, PROBES } from '../knob.ts';
import { Stopwatch } from '../measure/stopwatch.ts';
import { saveInOneFile } from './one-file-index.ts';
import type { BuildFigures, BuildTask, NodePeer, OpenTask, PeerName, Searcher } from './peer.ts';
import { aboutVecino } from './vecino-version.ts';

/** One family with the options that make it worth a line of its own. */
interface Form {
  readonly name: PeerName;
  readonly knob: Knob;
  /** Options of the index, as a user gives them; the seed and the graph's parameters are the run's. */
  readonly index: { readonly family: string } & Readonly<Record<string, string | number>>;
}

const FORMS = [
  { name: 'vecino-engine', knob: EF_SEARCH, index: { family: 'hnsw' } },
  { name: 'vecino-ivf', knob: NPROBE, index: { family: 'ivf' } },
  { name: 'vecino-ivf-sq8', knob: NPROBE, index: { family: 'ivf', quantizer: 'sq8' } },
  { name: 'vecino-ivf-raw', knob: NPROBE, index: { family: 'ivf', quantizer: 'none' } },
  { name: 'vecino-pq', knob: OVERSAMPLE, index: { family: 'pq' } },
  { name: 'vecino-lsh', knob: PROBES, index: { family: 'lsh' } },
] as const satisfies readonly Form[];

/** Every family of the engine and, where they are worth comparing, its quantizers. */
export const vecinoEngines = Object.fromEntries(
  FORMS.map((form) => [form.name, enginePeer(form)]),
) as Readonly<Record<(typeof FORMS)[number]['name'], NodePeer>>;

function enginePeer({ name, knob, index }: Form): NodePeer {
  return {
    name,
    knob,
    isOurs: true,
    absence: async () => absenceOf(index),
    about: aboutVecino,
    build: async (task) => build(task, index),
    open: async (task) => openSpace(task, index, knob),
  };
}

/** The engine's own words where it lacks the family or the quantizer. */
function absenceOf(index: Form['index']): string | undefined {
  try {
    completeIndexOptions('the bench', index, 'l2');
    return undefined;
  } catch (error) {
    if (error instanceof VecinoError) return error.message;
    throw error;
  }
}

/** Vectors of one call of the builder, between which progress is told. */
const LINK_CHUNK = 1_000;
/** As a collection's searches have it by default. */
const OVERSAMPLE_DEFAULT = 3;

async function build(task: BuildTask, index: Form['index']): Promise<BuildFigures> {
  const family = familyFor(index);
  const building = new Stopwatch();
  building.start();
  const loose = makeSpace(task, index);
  putAll(loose, task);
  linkAll(loose, family, task);
  const space = compacted(loose, task, family, index);
  building.stop();

  mkdirSync(join(task.folder, 'index'));
  return saveInOneFile(spacePath(task.folder), building, (path) => saveSpace(space, path));
}

function familyFor({ family }: Form['index']): Family {
  return familyOf(family as IndexOptions['family']);
}

/** What a form leaves open is as the run says, where the family knows the option. */
function optionsFor({ metric, parameters }: OpenTask, index: Form['index']): Required<IndexOptions> {
  const { M, efConstruction, seed } = parameters;
  const known = Object.entries({ M, efConstruction, seed }).filter(
    ([name]) => name in familyFor(index).options,
  );
  return completeIndexOptions('the bench', { ...Object.fromEntries(known), ...index }, metric);
}

function layoutFor(task: OpenTask, index: Form['index']): Layout {
  const { dimension, metric } = task;
  const family = familyFor(index);
  const options = optionsFor(task, index);
  return layoutOf({
    dimension: preparedWidth(metric, dimension),
    kernel: kernelOf(metric),
    ...family.layout(options, 0),
    lanes: 1,
  });
}

function makeSpace(task: BuildTask, index: Form['index']): VectorSpace {
  const space = VectorSpace.create(layoutFor(task, index));
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
function compacted(loose: VectorSpace, task: BuildTask, family: Family, index: Form['index']): VectorSpace {
  if (!family.builder?.order) return loose;
  const order = layingOrder(loose, family, task.base.length / task.dimension);
  const space = makeSpace(task, index);
  moveNodes(loose, space, family, order);
  for (const node of order.keys()) space.setLive(node, true);
  return space;
}

async function openSpace(
  task: OpenTask,
  index: Form['index'],
  knob: Knob,
): Promise<Searcher<Float32Array, Found>> {
  const family = familyFor(index);
  const { space, rows } = loadSpace(task, index);
  const none = new Uint32Array();
  const common = {
    way: 'index' as const,
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
    search(query, k, effort) {
      const oversample = knob === OVERSAMPLE ? effort : OVERSAMPLE_DEFAULT;
      const request: SearchRequest = { query, k, effort, oversample, ...common };
      return searchSpace(space, family, request);
    },
    rowsOf: ({ slots }) => Array.from(slots),
    distancesOf: ({ distanceComputations }) => distanceComputations,
    memory: async () => ({ vectorBytes, indexBytes: space.bytesAllocated - vectorBytes }),
    close: async () => {},
  };
}

/** The whole memory as it lies, which is enough to open it again in the same version. */
function saveSpace(space: VectorSpace, path: string): void {
  const file = openSync(path, 'w');
  const bytes = new Uint8Array(space.shared.memory.buffer);
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, Math.min(CHUNK, bytes.length - at));
  closeSync(file);
}

function loadSpace(task: OpenTask, index: Form['index']): { space: VectorSpace; rows: number } {
  const path = spacePath(task.folder);
  const size = statSync(path).size;
  const layout = layoutFor(task, index);
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
